" Rhai, as mimeo takes it. What is generated says so.
if exists("b:current_syntax")
  finish
endif

syn case match
syn sync fromstart

" Names. What follows later wins.
syn match rhaiCall /\<\h\w*\ze!\?\s*(/
syn match rhaiNamespace /\<\h\w*\ze\s*::/
syn match rhaiDefinition /\%(\<fn\s\+\%(\h\w*\.\|"[^"]*"\.\)\?\)\@80<=\h\w*\ze\s*(/

" generated:begin by `MIMEO_WRITE=1 cargo test --test it editors`, from the registry of host functions and the lexer's words
syn keyword rhaiBoolean false true
syn keyword rhaiControl break catch continue do else for if in loop return switch throw try until while
syn keyword rhaiImport as export import
syn keyword rhaiStorage private
syn keyword rhaiStorage const let
syn keyword rhaiStorage fn
syn keyword rhaiThis this
syn keyword rhaiReserved async await case default go goto is match module new nil null package protected public shared spawn static super sync thread use var void with yield
syn match rhaiHost /\.\@1<!\<\%(debug\|deployment\|print\|secret\)\ze\s*(/
syn match rhaiHost /\.\@1<=\%(accept_license_terms\|agent_account\|application\|basic\|build\|client_secret\|extranet\|grant_authenticated_users\|install_to\|integrated\|intranet\|log_to\|mailbox\|name\|open_firewall\|password\|poll\|pool_account\|port\|property\|quiet\|register_application\|registration_link\|restrict_to_group\|reuse\|review\|scope_to_mailbox\|secret_lifetime_days\|sender\|service_address\|sign_in_as\|tenant_id\)\ze\s*(/
syn match rhaiHostNamespace /\<\%(account\|after\|certificate\|cloud\|components\|installer\|license\|mail\|param\|portal\|reporting\|service\|sql\|synchronization\)\ze\s*::/
syn match rhaiHost /\%(\<account\s*::\s*\)\@40<=\%(gmsa\|regular\)\>/
syn match rhaiHost /\%(\<after\s*::\s*\)\@40<=\%(add_ins\|compatibility_view_off\|enable_rule\|intranet_zone\|language_packs\|portal_answers\)\>/
syn match rhaiHost /\%(\<certificate\s*::\s*\)\@40<=\%(self_issued\|thumbprint\)\>/
syn match rhaiHost /\%(\<cloud\s*::\s*\)\@40<=\%(china\|global\|us_government_dod\|us_government_gcc_high\)\>/
syn match rhaiHost /\%(\<components\s*::\s*\)\@40<=\%(password_registration\|password_reset\|portal\|privileged_access\|reporting\|service\)\>/
syn match rhaiHost /\%(\<installer\s*::\s*\)\@40<=\%(msi\)\>/
syn match rhaiHost /\%(\<license\s*::\s*\)\@40<=\%(entra_id\|volume\)\>/
syn match rhaiHost /\%(\<mail\s*::\s*\)\@40<=\%(exchange\|none\|office365\|smtp\)\>/
syn match rhaiHost /\%(\<param\s*::\s*\)\@40<=\%(choice\|domain\|email\|flag\|guid\|host\|number\|port\|text\|url\)\>/
syn match rhaiHost /\%(\<portal\s*::\s*\)\@40<=\%(password_registration\|password_reset\|remote_password_registration\|remote_password_reset\|site\)\>/
syn match rhaiHost /\%(\<reporting\s*::\s*\)\@40<=\%(management_server\)\>/
syn match rhaiHost /\%(\<service\s*::\s*\)\@40<=\%(address\)\>/
syn match rhaiHost /\%(\<sql\s*::\s*\)\@40<=\%(database\)\>/
syn match rhaiHost /\%(\<synchronization\s*::\s*\)\@40<=\%(server\)\>/
" generated:end

syn match rhaiNumber /\<\d[0-9_]*\%(\.[A-Za-z_.]\@![0-9_]*\)\?\%([eE][+-]\?\d[0-9_]*\)\?/
syn match rhaiControl /\d\@1<=in\>/
syn match rhaiNumber /\<0_*[xX][0-9A-Fa-f_]\+/
syn match rhaiNumber /\<0_*[oO][0-7_]\+/
syn match rhaiNumber /\<0_*[bB][01_]\+/

" Braces are paired, so that the one that ends an interpolation is found.
syn region rhaiBraces matchgroup=rhaiBrace start=/#\?{/ end=/}/ contains=TOP transparent

syn match rhaiEscape /\\\%([nrt\\"']\|x\x\{2}\|u\x\{4}\|U\x\{8}\)\|""/ contained
syn match rhaiEscape /\\$/ contained
syn region rhaiString matchgroup=rhaiString start=/"/ skip=/\\\_.\|""/ end=/"/ end=/$/ keepend contains=rhaiEscape
syn region rhaiCharacter matchgroup=rhaiCharacter start=/'/ skip=/\\.\|''/ end=/'/ end=/$/ oneline keepend contains=rhaiEscape
syn match rhaiCharacter /'''\@!/
syn region rhaiRaw start=/\z(#\+\)"/ end=/"\z1/
syn region rhaiTemplate matchgroup=rhaiTemplate start=/`/ skip=/``/ end=/`/ contains=rhaiInterpolation,rhaiTemplateEscape
syn region rhaiInterpolation matchgroup=rhaiDelimiter start=/\${/ end=/}/ contained contains=TOP
syn match rhaiTemplateEscape /\\\${\|``/ contained

syn keyword rhaiTodo TODO FIXME XXX contained
syn match rhaiComment "//.*$" contains=rhaiTodo,@Spell
syn match rhaiDocumentation "///\%([^/].*\)\?$" contains=@Spell
syn region rhaiComment matchgroup=rhaiComment start="/\*" end="\*/" contains=rhaiComment,rhaiTodo,@Spell
syn region rhaiDocumentation matchgroup=rhaiDocumentation start="/\*\*[*/]\@!" end="\*/" contains=rhaiComment,@Spell
syn match rhaiComment /\%^\%uFEFF\?#!.*$/

hi def link rhaiCall Function
hi def link rhaiDefinition Function
hi def link rhaiNamespace Include
hi def link rhaiHost Special
hi def link rhaiHostNamespace Type
hi def link rhaiControl Statement
hi def link rhaiImport Include
hi def link rhaiStorage StorageClass
hi def link rhaiBoolean Boolean
hi def link rhaiThis Identifier
hi def link rhaiReserved Error
hi def link rhaiNumber Number
hi def link rhaiString String
hi def link rhaiRaw String
hi def link rhaiTemplate String
hi def link rhaiCharacter Character
hi def link rhaiEscape SpecialChar
hi def link rhaiTemplateEscape SpecialChar
hi def link rhaiDelimiter Delimiter
hi def link rhaiComment Comment
hi def link rhaiDocumentation SpecialComment
hi def link rhaiTodo Todo

let b:current_syntax = "rhai"
