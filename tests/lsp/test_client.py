"""The language server with a client that other people wrote, in the roles of several editors. It holds every message to the
protocol's own types. Run by .ci/lsp."""

import os
import pathlib

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"
SCRIPT = EXAMPLES / "option-c.rhai"
TEXT = SCRIPT.read_text()
DOCUMENT = types.TextDocumentIdentifier(uri=SCRIPT.as_uri())


def place(word, behind=1):
    before = TEXT[: TEXT.index(word) + behind]
    return types.Position(line=before.count("\n"), character=len(before.rsplit("\n", 1)[-1]))


@pytest_lsp.fixture(
    params=["visual-studio-code", "neovim", "emacs"],
    config=ClientServerConfig(server_command=[os.environ["MIMEO"], "lsp"]),
)
async def client(request, lsp_client: LanguageClient):
    # The roles say that files can be watched and settings asked for; the client itself answers neither.
    lsp_client.feature(types.CLIENT_REGISTER_CAPABILITY)(lambda *_: None)
    params = types.InitializeParams(
        capabilities=client_capabilities(request.param),
        workspace_folders=[types.WorkspaceFolder(uri=EXAMPLES.as_uri(), name="examples")],
        root_uri=EXAMPLES.as_uri(),
        initialization_options={"asOf": "2026-11-23"},
    )
    await lsp_client.initialize_session(params)
    yield
    await lsp_client.shutdown_session()


async def opened(client, text=TEXT):
    item = types.TextDocumentItem(uri=SCRIPT.as_uri(), language_id="rhai", version=1, text=text)
    client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=item))
    await client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)


@pytest.mark.asyncio
async def test_findings(client):
    await opened(client, TEXT.replace("office365", "offce365"))
    found = client.diagnostics[SCRIPT.as_uri()]
    assert "script-unknown-function" in [it.code for it in found]


@pytest.mark.asyncio
async def test_completion(client):
    await opened(client)
    params = types.CompletionParams(text_document=DOCUMENT, position=place("mail::office", 6))
    answer = await client.text_document_completion_async(params)
    assert [it.label for it in answer.items] == ["exchange", "office365", "smtp", "none"]


@pytest.mark.asyncio
async def test_hover_and_signature(client):
    await opened(client)
    where = dict(text_document=DOCUMENT, position=place("database(", 2))
    hover = await client.text_document_hover_async(types.HoverParams(**where))
    assert "sql::database" in hover.contents.value
    where["position"] = place("sql::database(", 14)
    signature = await client.text_document_signature_help_async(types.SignatureHelpParams(**where))
    assert signature.signatures[0].label.startswith("sql::database(")


@pytest.mark.asyncio
async def test_names(client):
    await opened(client)
    where = dict(text_document=DOCUMENT, position=place("database(sql_server", 12))
    found = await client.text_document_definition_async(types.DefinitionParams(**where))
    assert TEXT.splitlines()[found[0].range.start.line].startswith("let sql_server")
    context = types.ReferenceContext(include_declaration=True)
    found = await client.text_document_references_async(types.ReferenceParams(context=context, **where))
    assert len(found) == 2
    edit = await client.text_document_rename_async(types.RenameParams(new_name="database_host", **where))
    assert len(edit.changes[SCRIPT.as_uri()]) == 2
    await client.text_document_document_highlight_async(types.DocumentHighlightParams(**where))
    await client.text_document_prepare_rename_async(types.PrepareRenameParams(**where))


@pytest.mark.asyncio
async def test_shapes(client):
    await opened(client)
    symbols = await client.text_document_document_symbol_async(types.DocumentSymbolParams(text_document=DOCUMENT))
    assert "mail::office365" in [it.name for it in symbols]
    assert await client.workspace_symbol_async(types.WorkspaceSymbolParams(query="office"))
    assert await client.text_document_folding_range_async(types.FoldingRangeParams(text_document=DOCUMENT))
    positions = [place("mail::office")]
    params = types.SelectionRangeParams(text_document=DOCUMENT, positions=positions)
    assert await client.text_document_selection_range_async(params)
    tokens = await client.text_document_semantic_tokens_full_async(types.SemanticTokensParams(text_document=DOCUMENT))
    assert len(tokens.data) % 5 == 0 and tokens.data


@pytest.mark.asyncio
async def test_between_the_words(client):
    await opened(client)
    lens = await client.text_document_code_lens_async(types.CodeLensParams(text_document=DOCUMENT))
    assert lens[0].command.title.startswith("plan: ")
    whole = types.Range(start=types.Position(line=0, character=0), end=types.Position(line=999, character=0))
    hints = await client.text_document_inlay_hint_async(types.InlayHintParams(text_document=DOCUMENT, range=whole))
    assert "option C" in [it.label for it in hints]


@pytest.mark.asyncio
async def test_quick_fix(client):
    await opened(client, TEXT.replace("office365", "offce365"))
    whole = types.Range(start=types.Position(line=0, character=0), end=types.Position(line=999, character=0))
    context = types.CodeActionContext(diagnostics=list(client.diagnostics[SCRIPT.as_uri()]))
    params = types.CodeActionParams(text_document=DOCUMENT, range=whole, context=context)
    actions = await client.text_document_code_action_async(params)
    assert "write `office365`" in [it.title for it in actions]
