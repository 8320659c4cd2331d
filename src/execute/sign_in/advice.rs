//! What to do about the error codes of Microsoft Entra ID: one table, one sentence for a consultant in each row.
//!
//! A code only picks the sentence. What the program does next depends on `error`, since Microsoft says of codes and
//! descriptions that they change. Source: Microsoft's "Microsoft Entra authentication & authorization error codes", looked
//! up 2026-11-23.

/// Codes that are to be tried again after a pause: the service is busy or lost its way for a moment.
pub const TRANSIENT: &[u32] = &[50033, 50087, 90006, 90012, 90024, 90033, 90055, 90090];

/// Codes that also come when the application, or its secret, was made a moment ago and is not known everywhere yet.
pub const REPLICATION: &[u32] = &[700_016, 7_000_215];

/// Codes of Conditional Access that depend on the way of signing in or on the device.
pub const CONDITIONAL_ACCESS: &[u32] = &[50097, 53000, 53001, 53003, 530_032, 530_035];

/// The codes, without `AADSTS`, and what to do about them.
pub const ADVICE: &[(&[u32], &str)] = &[
    (
        &[50126],
        "check the user name and the password; a federated user has to sign in with the browser",
    ),
    (&[50034, 51004], "check the tenant and the spelling of the user name"),
    (
        &[50020],
        "sign out in the browser and use a member account of the tenant; a personal account or one of another company \
         cannot be used",
    ),
    (
        &[50053],
        "wait a few minutes, or have the sign-in log checked: the account is locked or the address is blocked",
    ),
    (&[50055, 50144], "change the expired password first"),
    (&[50057], "use another administrator: this account is disabled"),
    (
        &[50072, 50074, 50076, 50079],
        "sign in with the browser, where the second factor can be given or registered",
    ),
    (
        &[50097, 53000, 53001],
        "sign in with the browser on a device that the tenant manages: Conditional Access asks for one",
    ),
    (
        &[53003],
        "look up the Conditional Access policy in the sign-in log, and have the account or this way of signing in excepted",
    ),
    (
        &[530_032, 530_035],
        "look up in the sign-in log which security policy or security default of the tenant blocks the sign-in",
    ),
    (&[50105], "assign the user to the enterprise application"),
    (
        &[65001],
        "have an administrator consent to the application that signs in here; this is not MIM's own application",
    ),
    (
        &[65002],
        "sign in with a client ID of your own: Microsoft's application is not authorised for this resource",
    ),
    (&[65004, 90094, 90095], "ask an administrator for consent"),
    (
        &[500_011, 650_052],
        "check that the tenant has the service: for Exchange Online the service principal of \
         `00000002-0000-0ff1-ce00-000000000000` has to be there",
    ),
    (
        &[700_011, 700_016],
        "check the application ID, the tenant and the cloud; if the application was made a moment ago, wait a minute",
    ),
    (&[70001, 7_000_112], "enable the enterprise application"),
    (
        &[70002, 7_000_215],
        "paste the value of the client secret, not its ID; if the secret was made a moment ago, wait a minute",
    ),
    (&[7_000_222], "make a new client secret: this one has expired"),
    (
        &[7_000_218],
        "allow public client flows on the application, or sign in with its client secret or certificate",
    ),
    (
        &[700_025],
        "sign in without a client secret, or register the application's platform as a confidential one",
    ),
    (
        &[700_027, 700_030],
        "upload the certificate to the application, and check that the private key belongs to it",
    ),
    (&[90002], "check the tenant ID and the cloud: there is no such tenant"),
    (&[90038, 900_382, 900_432], "choose the cloud that the tenant lives in"),
    (&[50059, 50128, 90019], "name the tenant by its ID or a verified domain"),
    (&[9_001_023], "name the tenant by its ID: this sign-in is not possible for `common`"),
    (
        &[70011, 70022, 70023],
        "check that the cloud is the right one for this resource and that the right asked for exists",
    ),
    (&[70016], "finish signing in with the code: it is still waited for"),
    (&[70018], "start again and type the code as it is shown"),
    (&[70019], "start again: the code is valid for 15 minutes"),
    (
        &[54005, 501_481],
        "start again: the answer of the browser has been used or belongs to another sign-in",
    ),
    (&[50173, 70008, 700_082], "sign in again: the session has expired or was revoked"),
    (&[50196], "wait some minutes before the next attempt: too many tokens were asked for"),
    (TRANSIENT, "try again in some minutes: the sign-in service has a problem that passes"),
];

/// What to do about an error code, given without `AADSTS`, as an imperative sentence.
#[must_use]
pub fn advice(code: u32) -> Option<&'static str> {
    ADVICE.iter().find(|(codes, _)| codes.contains(&code)).map(|(_, advice)| *advice)
}

/// What to do about an `error` that came without a known code.
pub(super) fn advice_on_word(error: &str) -> Option<&'static str> {
    Some(match error {
        "access_denied" | "authorization_declined" => {
            "start again and accept the sign-in: it was declined"
        }
        "bad_verification_code" | "expired_token" | "code_expired" => {
            "start again: the code is not valid any more"
        }
        "consent_required" => "ask an administrator for consent",
        "interaction_required" | "login_required" | "invalid_grant" => "sign in again",
        "invalid_client" => "check the application ID and its client secret or certificate",
        "unauthorized_client" => {
            "check that the application is registered for this way of signing in"
        }
        "invalid_scope" | "invalid_resource" => {
            "check that the cloud is the right one for this resource"
        }
        "temporarily_unavailable" | "server_error" => "try again in some minutes",
        _ => return None,
    })
}
