; What can be folded.

[
  (block)
  (map)
  (array)
  (arguments)
  (switch_expression)
  (block_comment)
  (doc_block_comment)
  (template_string)
  (raw_string_literal)
] @fold

(method_call) @fold
