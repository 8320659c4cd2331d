" Rhai, as mimeo takes it.
if exists("b:did_ftplugin")
  finish
endif
let b:did_ftplugin = 1

setlocal commentstring=//\ %s
setlocal comments=s1:/*,mb:*,ex:*/,:///,://!,://
setlocal formatoptions-=t formatoptions+=croql
setlocal expandtab shiftwidth=4 softtabstop=4
setlocal suffixesadd=.rhai

" `:make` checks the script, with the values file beside it, and fills the list of findings.
let s:values = expand("%:p:r") .. ".toml"
let &l:makeprg = "mimeo check --output-format concise %:S" .. (filereadable(s:values) ? " --values " .. shellescape(s:values) : "")
setlocal errorformat=%f:%l:%c:\ %trror[%m,%f:%l:%c:\ %tarning[%m,%f:%l:%c:\ hint[%m

let b:undo_ftplugin = "setlocal commentstring< comments< formatoptions< expandtab< shiftwidth< softtabstop< suffixesadd< makeprg< errorformat<"
