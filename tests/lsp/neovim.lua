-- The language server with Neovim's own client, started as `editors/neovim/mimeo.lua` says. Run by .ci/lsp:
--
--     nvim --clean --headless -n -c 'luafile tests/lsp/neovim.lua'

local root = vim.fn.getcwd()
local config = dofile(root .. "/editors/neovim/mimeo.lua")
config.cmd[1] = vim.env.MIMEO
local failed = {}

local function hold(what, holds)
  if not holds then
    table.insert(failed, what)
  end
end

local function wait(what, look)
  hold(what, vim.wait(20000, look, 50))
end

local function main()
  vim.cmd("edit " .. root .. "/examples/option-c.rhai")
  vim.bo.filetype = "rhai"
  if vim.lsp.enable then
    vim.lsp.config("mimeo", config)
    vim.lsp.enable("mimeo")
  else
    config.name = "mimeo"
    config.root_dir = root
    vim.lsp.buf_attach_client(0, vim.lsp.start_client(config))
  end
  local lines = vim.api.nvim_buf_get_lines(0, 0, -1, false)
  local row, column
  for at, line in ipairs(lines) do
    if line:find("mail::office365", 1, true) then
      row, column = at - 1, line:find("office365", 1, true) - 1
    end
  end

  -- A letter too few, before it is saved.
  vim.api.nvim_buf_set_text(0, row, column, row, column + 2, { "o" })
  wait("a finding", function()
    for _, it in ipairs(vim.diagnostic.get(0)) do
      if it.code == "script-unknown-function" or (it.user_data and it.user_data.lsp.code == "script-unknown-function") then
        return it.lnum == row and it.col == column
      end
    end
  end)
  local function ask(method, more)
    local params = {
      textDocument = vim.lsp.util.make_text_document_params(0),
      position = { line = row, character = column },
    }
    local answers = vim.lsp.buf_request_sync(0, method, vim.tbl_extend("force", params, more or {}), 10000) or {}
    for _, answer in pairs(answers) do
      return answer.result
    end
  end
  vim.api.nvim_buf_set_text(0, row, column, row, column + 1, { "of" })
  wait("no error any more", function()
    return #vim.diagnostic.get(0, { severity = vim.diagnostic.severity.ERROR }) == 0
  end)
  local hover = ask("textDocument/hover")
  hold("hover", hover and hover.contents.value:find("mail::office365", 1, true))
  local completion = ask("textDocument/completion")
  hold("completion", completion and #completion.items == 4)
  local symbols = ask("textDocument/documentSymbol")
  hold("symbols", symbols and #symbols > 5)
  local colours = ask("textDocument/semanticTokens/full")
  hold("colours", colours and #colours.data > 100)
  local lens = ask("textDocument/codeLens")
  hold("a lens", lens and vim.startswith(lens[1].command.title, "plan: "))
  -- The plan opens in a window, where this Neovim can be asked for it.
  ask("workspace/executeCommand", { command = lens[1].command.command, arguments = lens[1].command.arguments })
  if vim.lsp.handlers["window/showDocument"] then
    wait("the plan", function()
      return vim.api.nvim_buf_get_name(0):find("option%-c plan.txt")
    end)
  end
end

local ok, problem = pcall(main)
hold(tostring(problem), ok)
for _, it in ipairs(failed) do
  io.stderr:write("neovim: " .. it .. "\n")
end
vim.cmd(#failed == 0 and "qall!" or "cquit")
