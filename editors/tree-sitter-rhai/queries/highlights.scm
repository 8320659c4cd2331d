; What is coloured how, in the names that Neovim uses. Of several that fit, the last one counts.

(identifier) @variable
(parameter) @variable.parameter
(property_identifier) @property
(namespace_identifier) @module
(this) @variable.builtin
(wildcard) @character.special

((identifier) @constant
  (#match? @constant "^[A-Z][A-Z0-9_]+$"))

(import_statement alias: (identifier) @module)

; Functions.

(call_expression function: (identifier) @function.call)
(call_expression function: (scoped_identifier name: (identifier) @function.call))
(method_call name: (property_identifier) @function.method.call)
(function_definition name: (identifier) @function)
(function_definition type: (identifier) @type)

; Texts and other literals.

(string_literal) @string
(raw_string_literal) @string
(template_string ["`"] @string)
(template_string (string_content) @string)
(char_literal) @character
(escape_sequence) @string.escape
(interpolation ["${" "}"] @punctuation.special)

(integer_literal) @number
(float_literal) @number.float
(boolean_literal) @boolean

; Comments.

(shebang) @keyword.directive
(line_comment) @comment
(block_comment) @comment
(doc_comment) @comment.documentation
(doc_block_comment) @comment.documentation

; Words.

["let" "const"] @keyword
"private" @keyword.modifier
"fn" @keyword.function
["if" "else" "switch"] @keyword.conditional
["while" "until" "loop" "do" "for"] @keyword.repeat
(break_statement "break" @keyword.repeat)
(continue_statement) @keyword.repeat
"return" @keyword.return
["try" "catch" "throw"] @keyword.exception
["import" "export" "as"] @keyword.import
"in" @keyword.operator

; Signs.

["+" "-" "*" "/" "%" "**" "==" "!=" "<" "<=" ">" ">=" "&&" "||" "!" "&" "|" "^" "<<" ">>" "??" ".." "..=" "!in" "=>"] @operator
["=" "+=" "-=" "*=" "/=" "%=" "**=" "<<=" ">>=" "&=" "|=" "^="] @operator
["(" ")" "[" "]" "?[" "{" "}" "#{"] @punctuation.bracket
["," ";" ":" "::" "." "?."] @punctuation.delimiter
(closure_parameters ["|" "||"] @punctuation.bracket)
(interpolation ["${" "}"] @punctuation.special)

; generated:begin by `MIMEO_WRITE=1 cargo test --test it editors`, from the registry of host functions
((namespace_identifier) @module.builtin
  (#any-of? @module.builtin "account" "after" "certificate" "cloud" "components" "installer" "license" "mail" "param" "portal" "reporting" "service" "sql" "synchronization"))
((call_expression function: (identifier) @function.builtin)
  (#any-of? @function.builtin "debug" "deployment" "print" "secret"))
((call_expression function: (scoped_identifier path: (namespace_identifier) @_namespace name: (identifier) @function.builtin))
  (#eq? @_namespace "account")
  (#any-of? @function.builtin "gmsa" "regular"))
((call_expression function: (scoped_identifier path: (namespace_identifier) @_namespace name: (identifier) @function.builtin))
  (#eq? @_namespace "after")
  (#any-of? @function.builtin "add_ins" "compatibility_view_off" "enable_rule" "intranet_zone" "language_packs" "portal_answers"))
((call_expression function: (scoped_identifier path: (namespace_identifier) @_namespace name: (identifier) @function.builtin))
  (#eq? @_namespace "certificate")
  (#any-of? @function.builtin "self_issued" "thumbprint"))
((call_expression function: (scoped_identifier path: (namespace_identifier) @_namespace name: (identifier) @function.builtin))
  (#eq? @_namespace "cloud")
  (#any-of? @function.builtin "china" "global" "us_government_dod" "us_government_gcc_high"))
((call_expression function: (scoped_identifier path: (namespace_identifier) @_namespace name: (identifier) @function.builtin))
  (#eq? @_namespace "components")
  (#any-of? @function.builtin "password_registration" "password_reset" "portal" "privileged_access" "reporting" "service"))
((call_expression function: (scoped_identifier path: (namespace_identifier) @_namespace name: (identifier) @function.builtin))
  (#eq? @_namespace "installer")
  (#any-of? @function.builtin "msi"))
((call_expression function: (scoped_identifier path: (namespace_identifier) @_namespace name: (identifier) @function.builtin))
  (#eq? @_namespace "license")
  (#any-of? @function.builtin "entra_id" "volume"))
((call_expression function: (scoped_identifier path: (namespace_identifier) @_namespace name: (identifier) @function.builtin))
  (#eq? @_namespace "mail")
  (#any-of? @function.builtin "exchange" "none" "office365" "smtp"))
((call_expression function: (scoped_identifier path: (namespace_identifier) @_namespace name: (identifier) @function.builtin))
  (#eq? @_namespace "param")
  (#any-of? @function.builtin "choice" "domain" "email" "flag" "guid" "host" "number" "port" "text" "url"))
((call_expression function: (scoped_identifier path: (namespace_identifier) @_namespace name: (identifier) @function.builtin))
  (#eq? @_namespace "portal")
  (#any-of? @function.builtin "password_registration" "password_reset" "remote_password_registration" "remote_password_reset" "site"))
((call_expression function: (scoped_identifier path: (namespace_identifier) @_namespace name: (identifier) @function.builtin))
  (#eq? @_namespace "reporting")
  (#any-of? @function.builtin "management_server"))
((call_expression function: (scoped_identifier path: (namespace_identifier) @_namespace name: (identifier) @function.builtin))
  (#eq? @_namespace "service")
  (#any-of? @function.builtin "address"))
((call_expression function: (scoped_identifier path: (namespace_identifier) @_namespace name: (identifier) @function.builtin))
  (#eq? @_namespace "sql")
  (#any-of? @function.builtin "database"))
((call_expression function: (scoped_identifier path: (namespace_identifier) @_namespace name: (identifier) @function.builtin))
  (#eq? @_namespace "synchronization")
  (#any-of? @function.builtin "server"))
((method_call name: (property_identifier) @function.builtin)
  (#any-of? @function.builtin "accept_license_terms" "agent_account" "application" "basic" "build" "client_secret" "extranet" "grant_authenticated_users" "install_to" "integrated" "intranet" "log_to" "mailbox" "name" "open_firewall" "password" "poll" "pool_account" "port" "property" "quiet" "register_application" "registration_link" "restrict_to_group" "reuse" "review" "scope_to_mailbox" "secret_lifetime_days" "sender" "service_address" "sign_in_as" "tenant_id"))
; generated:end
