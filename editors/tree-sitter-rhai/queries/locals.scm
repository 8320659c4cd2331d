; Where names are defined and used. A function sees its parameters and nothing of what is around it.

[
  (block)
  (function_definition)
  (closure)
  (for_expression)
  (switch_arm)
] @local.scope

(let_statement name: (identifier) @local.definition.var)
(const_statement name: (identifier) @local.definition.constant)
(for_expression name: (identifier) @local.definition.var)
(for_expression counter: (identifier) @local.definition.var)
(try_statement error: (identifier) @local.definition.var)
(import_statement alias: (identifier) @local.definition.import)
(function_definition name: (identifier) @local.definition.function)
(parameter) @local.definition.parameter

(identifier) @local.reference
(namespace_identifier) @local.reference
