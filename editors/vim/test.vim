" Writes the group of every byte of some scripts, a line for each of theirs, for `editors/vscode/test/vim.mjs`:
"
"     vim -Nu NONE -es -S editors/vim/test.vim FOLDER SCRIPT …
set nocompatible noswapfile viminfo=
let &runtimepath = expand("<sfile>:p:h") .. "," .. &runtimepath
syntax on
for index in range(1, argc() - 1)
  execute "edit" fnameescape(argv(index))
  setlocal fileformat=unix syntax=rhai
  let lines = []
  for number in range(1, line("$"))
    let groups = map(range(1, len(getline(number))), {_, column -> synIDattr(synID(g:number, column, 1), "name")})
    call add(lines, join(groups, ","))
  endfor
  call writefile(lines, argv(0) .. "/" .. index)
  bwipeout!
endfor
qall!
