-- Scripts of mimeo in Neovim 0.11 and later: put this file into `~/.config/nvim/lsp/`, and call `vim.lsp.enable("mimeo")`.

return {
  cmd = { "mimeo", "lsp" },
  filetypes = { "rhai" },
  root_markers = { ".git" },
  init_options = {
    -- values = { "contoso.toml" }, -- else the file beside a script that has its name
    -- asOf = "2026-11-23",
  },
}
