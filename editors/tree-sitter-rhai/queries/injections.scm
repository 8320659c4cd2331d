; Documentation is Markdown, without its signs.

([(doc_comment) (doc_block_comment)] @injection.content
  (#set! injection.language "markdown")
  (#offset! @injection.content 0 3 0 0))

([(line_comment) (block_comment)] @injection.content
  (#set! injection.language "comment"))
