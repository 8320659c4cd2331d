//! Exchange Web Services, and who may use them.

use mimeo::execute::simulate::tenant::exchange;

use super::{ADMINISTRATOR, ALL, Bench, Fault, Got, MAILBOX, Registered, send};

const OTHER: &str = "other@contoso.onmicrosoft.com";
const GROUP: &str = "MIMMailboxAccess@contoso.onmicrosoft.com";

/// The request of a plan.
fn get_folder(address: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="utf-8"?>
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"
  xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types" xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages">
 <soap:Header>
  <t:RequestServerVersion Version="Exchange2013_SP1"/>
  <t:ExchangeImpersonation><t:ConnectingSID><t:SmtpAddress>{address}</t:SmtpAddress></t:ConnectingSID></t:ExchangeImpersonation>
 </soap:Header>
 <soap:Body><m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape>
  <m:FolderIds><t:DistinguishedFolderId Id="inbox"/></m:FolderIds></m:GetFolder></soap:Body>
</soap:Envelope>
"#
    )
}

async fn post(bench: &Bench, token: &str, anchor: &str, body: String) -> Got {
    let request = bench.http.post(format!("{}/EWS/Exchange.asmx", bench.origin));
    let request = request.bearer_auth(token).header("Content-Type", "text/xml; charset=utf-8");
    send(request.header("X-AnchorMailbox", anchor).body(body)).await
}

async fn open(bench: &Bench, token: &str, address: &str) -> Got {
    post(bench, token, address, get_folder(address)).await
}

/// An application that is known everywhere, and its token for Exchange. It may open nothing.
async fn registered() -> (Bench, Registered, String) {
    let bench = Bench::new().await;
    let administrator = bench.administrator(ALL).await;
    let registered = bench.application(&administrator).await;
    let (token, _) = bench.mailbox_token(&registered).await;
    (bench, registered, token)
}

/// One that may open the mailbox of the MIM Service, by a role for it.
async fn scoped() -> (Bench, Registered, String) {
    let (bench, registered, token) = registered().await;
    exchange::allow_ews(&bench.shared, &registered.app_id, MAILBOX).unwrap();
    exchange::scope_to_mailbox(&bench.shared, &registered.app_id, &registered.principal, MAILBOX)
        .unwrap();
    (bench, registered, token)
}

fn succeeds(got: &Got) -> bool {
    got.status == 200
        && got.text.contains(r#"ResponseClass="Success"><m:ResponseCode>NoError<"#)
        && got.text.contains(r#"<t:FolderId Id="AAMk=" ChangeKey="AQAA"/>"#)
}

/// The code of a SOAP fault.
fn fault_of(got: &Got) -> &str {
    assert_eq!(got.status, 500, "{got:?}");
    let (_, rest) = got.text.split_once("<faultcode").unwrap();
    let (_, rest) = rest.split_once(">a:").unwrap();
    rest.split_once('<').unwrap().0
}

#[tokio::test]
async fn an_application_opens_the_mailbox_that_its_role_is_for_and_no_other() {
    let (bench, registered, token) = scoped().await;
    let got = open(&bench, &token, MAILBOX).await;
    assert!(succeeds(&got), "{got:?}");
    assert_eq!(got.header("content-type"), "text/xml; charset=utf-8");
    for name in ["request-id", "x-feserver", "x-targetbeserver"] {
        assert_ne!(got.header(name), "", "{name}");
    }
    assert!(succeeds(&open(&bench, &token, &MAILBOX.to_uppercase()).await));
    for closed in [OTHER, ADMINISTRATOR] {
        let got = open(&bench, &token, closed).await;
        assert_eq!((got.status, got.header("x-ews-policy-reason")), (403, ""), "{closed}");
    }
    exchange::unscope_mailbox(&bench.shared, &registered.app_id);
    assert_eq!(open(&bench, &token, MAILBOX).await.status, 401);
    let effects = bench.effects();
    assert_eq!(
        effects[3..],
        [
            "application allowed to use EWS",
            "application given a role for one mailbox",
            "role for one mailbox removed"
        ]
    );
}

#[tokio::test]
async fn a_role_in_entra_opens_every_mailbox_that_no_policy_excludes() {
    let (bench, registered, _) = registered().await;
    let administrator = bench.administrator(ALL).await;
    assert_eq!(bench.grant(&administrator, &registered).await.status, 201);
    let (token, _) = bench.mailbox_token(&registered).await;
    exchange::allow_ews(&bench.shared, &registered.app_id, MAILBOX).unwrap();
    assert!(succeeds(&open(&bench, &token, OTHER).await));
    exchange::restrict_to_group(&bench.shared, &registered.app_id, GROUP, MAILBOX).unwrap();
    assert!(succeeds(&open(&bench, &token, MAILBOX).await));
    assert_eq!(open(&bench, &token, OTHER).await.status, 403);
    exchange::restrict_to_group(&bench.shared, &registered.app_id, GROUP, OTHER).unwrap();
    assert!(succeeds(&open(&bench, &token, OTHER).await));
    exchange::unrestrict_group(&bench.shared, &registered.app_id, GROUP);
    assert!(succeeds(&open(&bench, &token, ADMINISTRATOR).await));
}

#[tokio::test]
async fn what_powershell_does_again_changes_nothing() {
    let (bench, registered, _) = scoped().await;
    let (shared, app) = (&bench.shared, registered.app_id.as_str());
    exchange::restrict_to_group(shared, app, GROUP, MAILBOX).unwrap();
    let before = bench.effects();
    exchange::allow_ews(shared, app, MAILBOX).unwrap();
    exchange::scope_to_mailbox(shared, app, &registered.principal, MAILBOX).unwrap();
    exchange::restrict_to_group(shared, app, GROUP, MAILBOX).unwrap();
    exchange::unrestrict_group(shared, "another", GROUP);
    exchange::unscope_mailbox(shared, "another");
    assert_eq!(bench.effects(), before);
    // What Exchange does not know is refused, without an effect.
    let nobody = "nobody@contoso.onmicrosoft.com";
    exchange::allow_ews(shared, app, nobody).unwrap_err();
    exchange::restrict_to_group(shared, app, GROUP, nobody).unwrap_err();
    exchange::scope_to_mailbox(shared, app, &registered.principal, nobody).unwrap_err();
    let error = exchange::scope_to_mailbox(shared, app, &registered.id, MAILBOX).unwrap_err();
    assert!(error.contains("service principal"), "{error}");
    assert_eq!(bench.effects(), before);
}

#[tokio::test]
async fn the_list_of_allowed_applications_is_in_force() {
    let (bench, registered, token) = registered().await;
    let blocked = "EWS is blocked by policy for this user or tenant";
    let disabled = "EWS is disabled for this user or tenant";
    let reason = async || {
        let got = open(&bench, &token, MAILBOX).await;
        (got.status, got.header("x-ews-policy-reason").to_owned())
    };
    assert_eq!(reason().await, (403, blocked.to_owned()));
    let state = |enabled| bench.shared.note(|world| world.tenant.exchange.ews_enabled = enabled);
    state(Some(false));
    assert_eq!(reason().await, (403, disabled.to_owned()));
    // Never written, the list does not count.
    state(None);
    assert_eq!(reason().await, (401, String::new()));
    exchange::allow_ews(&bench.shared, &registered.app_id, MAILBOX).unwrap();
    assert_eq!(bench.shared.look().tenant.exchange.ews_enabled, Some(true));
    assert_eq!(reason().await, (401, String::new()));
    // The switch of the mailbox.
    exchange::scope_to_mailbox(&bench.shared, &registered.app_id, &registered.principal, MAILBOX)
        .unwrap();
    bench.shared.note(|world| world.tenant.exchange.mailboxes[0].ews_enabled = false);
    assert_eq!(reason().await, (403, disabled.to_owned()));
    exchange::allow_ews(&bench.shared, &registered.app_id, MAILBOX).unwrap();
    assert_eq!(bench.effects().last().unwrap(), "EWS switched on for the mailbox");
    assert!(succeeds(&open(&bench, &token, MAILBOX).await));
}

#[tokio::test]
async fn a_token_must_be_one_for_exchange() {
    let (bench, _, token) = scoped().await;
    let graph = bench.administrator(ALL).await;
    for (token, number) in
        [(graph.as_str(), "2000003"), (&format!("{token}x"), "2000000"), ("x", "2000001")]
    {
        let got = open(&bench, token, MAILBOX).await;
        assert_eq!(got.status, 401);
        let diagnostics = got.header("x-ms-diagnostics");
        assert!(diagnostics.starts_with(number), "{diagnostics}");
        assert!(diagnostics.contains("error_category="), "{diagnostics}");
        assert!(got.header("www-authenticate").starts_with("Bearer "));
    }
    let person = bench.administrator("https://outlook.office365.com/EWS.AccessAsUser.All").await;
    assert_eq!(open(&bench, &person, MAILBOX).await.status, 403);
    let bare = bench.http.post(format!("{}/EWS/Exchange.asmx", bench.origin));
    assert_eq!(send(bare.body(get_folder(MAILBOX))).await.status, 401);
}

#[tokio::test]
async fn a_token_without_any_permission_is_told_so() {
    let (bench, registered, token) = registered().await;
    exchange::allow_ews(&bench.shared, &registered.app_id, MAILBOX).unwrap();
    let got = open(&bench, &token, MAILBOX).await;
    assert_eq!(got.status, 401);
    assert!(got.header("x-ms-diagnostics").starts_with("2000008;"));
}

#[tokio::test]
async fn the_request_is_judged_by_the_schema() {
    let (bench, _, token) = scoped().await;
    let right = get_folder(MAILBOX);
    let shape = "<m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape>";
    let ids = r#"<m:FolderIds><t:DistinguishedFolderId Id="inbox"/></m:FolderIds>"#;
    let sid =
        format!("<t:ConnectingSID><t:SmtpAddress>{MAILBOX}</t:SmtpAddress></t:ConnectingSID>");
    for (from, to) in [
        (r#"Id="inbox""#, r#"Id="Inbox""#),
        (r#" Id="inbox""#, ""),
        (r#"Id="inbox"/>"#, r#"Id="inbox"><t:X/></t:DistinguishedFolderId>"#),
        ("IdOnly", "Id"),
        (shape, ""),
        (ids, ""),
        (shape, &format!("{ids}{shape}")),
        (&sid, &format!("<t:SmtpAddress>{MAILBOX}</t:SmtpAddress>")),
        ("<t:BaseShape>", "<m:BaseShape>"),
        ("</t:BaseShape>", "</m:BaseShape>"),
        ("GetFolder>", "GetItem>"),
        ("xmlns:t=\"http://schemas.microsoft.com/exchange/services/2006/types\"", ""),
        ("<?xml version=\"1.0\" encoding=\"utf-8\"?>", "<!DOCTYPE x [<!ENTITY a 'a'>]>"),
        ("</soap:Body>", "words</soap:Body>"),
        (MAILBOX, "&unknown;"),
        (MAILBOX, ""),
        ("</soap:Envelope>", ""),
        ("</soap:Envelope>", "</soap:Envelope><x/>"),
    ] {
        let wrong = right.replace(from, to);
        assert_ne!(wrong, right, "{from}");
        let got = post(&bench, &token, MAILBOX, wrong).await;
        assert_eq!(fault_of(&got), "ErrorSchemaValidation", "{from} -> {to}");
    }
    let got = post(&bench, &token, MAILBOX, "<a>".repeat(10_000)).await;
    assert_eq!(fault_of(&got), "ErrorSchemaValidation");
    let got =
        post(&bench, &token, MAILBOX, right.replace("Exchange2013_SP1", "Exchange2099")).await;
    assert_eq!(fault_of(&got), "ErrorInvalidServerVersion");
    // Escapes are read, as are other prefixes and the other name of the address.
    let other = right.replace("t:", "types:").replace("xmlns:t=", "xmlns:types=");
    let other =
        other.replace("@contoso", "&#64;contoso").replace("SmtpAddress", "PrimarySmtpAddress");
    assert!(succeeds(&post(&bench, &token, MAILBOX, other).await));
}

#[tokio::test]
async fn a_folder_may_name_its_owner_who_is_judged_then() {
    let (bench, _, token) = scoped().await;
    for (owner, status) in [(MAILBOX, 200), (OTHER, 403)] {
        let named = format!(
            r#"Id="inbox"><t:Mailbox><t:EmailAddress>{owner}</t:EmailAddress></t:Mailbox></t:DistinguishedFolderId>"#
        );
        let body = get_folder(MAILBOX).replace(r#"Id="inbox"/>"#, &named);
        assert_eq!(post(&bench, &token, MAILBOX, body).await.status, status, "{owner}");
    }
}

#[tokio::test]
async fn the_headers_must_fit_the_request() {
    let (bench, _, token) = scoped().await;
    assert_eq!(post(&bench, &token, OTHER, get_folder(MAILBOX)).await.status, 503);
    let (head, rest) = get_folder(MAILBOX)
        .split_once("<t:ExchangeImp")
        .map(|it| (it.0.to_owned(), it.1.to_owned()))
        .unwrap();
    let alone = format!("{head}{}", rest.split_once("ersonation>\n").unwrap().1);
    let got = post(&bench, &token, MAILBOX, alone).await;
    assert_eq!(fault_of(&got), "ErrorImpersonateUserDenied");
    let url = format!("{}/EWS/Exchange.asmx", bench.origin);
    assert_eq!(send(bench.http.get(&url).bearer_auth(&token)).await.status, 405);
    let json = bench.http.post(&url).bearer_auth(&token).header("content-type", "application/json");
    assert_eq!(send(json.body("{}")).await.status, 415);
    let request = bench.http.post(&url).bearer_auth(&token).header("content-type", "text/xml");
    let request = request.header("X-AnchorMailbox", MAILBOX).header("client-request-id", "x");
    let got =
        send(request.header("return-client-request-id", "true").body(get_folder(MAILBOX))).await;
    assert_eq!(got.header("client-request-id"), "x");
}

#[tokio::test]
async fn a_mailbox_that_does_not_exist_is_a_fault() {
    let (bench, _, token) = scoped().await;
    let got = open(&bench, &token, "a&amp;b@contoso.onmicrosoft.com").await;
    assert_eq!(got.status, 503, "the header is not escaped");
    let body = get_folder("a&amp;b@contoso.onmicrosoft.com");
    let got = post(&bench, &token, "a&b@contoso.onmicrosoft.com", body).await;
    assert_eq!(fault_of(&got), "ErrorNonExistentMailbox");
    assert!(
        got.text
            .contains(r#"<t:Value Name="SmtpAddress">a&amp;b@contoso.onmicrosoft.com</t:Value>"#)
    );
}

#[tokio::test]
async fn everything_that_goes_wrong_on_request() {
    let (bench, _, token) = scoped().await;
    let with = async |fault, address: &str| {
        bench.shared.note(|world| world.faults = [fault].into());
        open(&bench, &token, address).await
    };
    let got = with(Fault::EwsOff, MAILBOX).await;
    assert_eq!(got.header("x-ews-policy-reason"), "EWS is disabled for this user or tenant");
    let got = with(Fault::EwsUnlisted, MAILBOX).await;
    assert_eq!(
        got.header("x-ews-policy-reason"),
        "EWS is blocked by policy for this user or tenant"
    );
    let got = with(Fault::EwsDenied, MAILBOX).await;
    assert_eq!(got.status, 200);
    assert!(
        got.text.contains(r#"ResponseClass="Error""#) && got.text.contains(">ErrorAccessDenied<")
    );
    let got = with(Fault::EwsMailbox, MAILBOX).await;
    assert_eq!(fault_of(&got), "ErrorNonExistentMailbox");
    assert!(succeeds(&with(Fault::EwsOther, OTHER).await));
    bench.shared.note(|world| world.faults.clear());
    assert!(succeeds(&open(&bench, &token, MAILBOX).await));
}
