(function_definition "fn" @context name: (identifier) @name) @item
(source_file (let_statement "let" @context name: (identifier) @name) @item)
(source_file (const_statement "const" @context name: (identifier) @name) @item)
