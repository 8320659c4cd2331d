; What is indented.

[
  (block)
  (map)
  (array)
  (arguments)
  (parameters)
  (switch_expression)
  (method_call)
] @indent.begin

["}" "]" ")"] @indent.end @indent.branch

[(line_comment) (block_comment) (doc_block_comment)] @indent.ignore
[(raw_string_literal) (template_string)] @indent.auto
