//! The interview, question by question.

use jiff::civil::date;
use mimeo::author::answers::Answers;
use mimeo::author::interview::{Interview, Standing};
use mimeo::author::pair::Files;
use mimeo::author::question::{Kind, Preset, Question};
use mimeo::author::write::file_name;
use mimeo::model::{MailOption, Misfit};

use super::{EARLY, compiled, errors, wrong};
use crate::support::TODAY;

/// A question's default, or the sample that stands for it.
fn preset(interview: &Interview, question: &Question) -> String {
    let (Preset::Offered(make) | Preset::Sample(make)) = question.default;
    make(interview.answers())
}

/// Answers every question up to one, with defaults and samples where nothing is given.
fn up_to(interview: &mut Interview, id: &str, given: &[(&str, &str)]) -> &'static Question {
    loop {
        let question = interview.question().expect("it is asked");
        if question.id == id {
            return question;
        }
        answer(interview, given);
    }
}

fn answer(interview: &mut Interview, given: &[(&str, &str)]) {
    let question = interview.question().expect("there is one");
    let said = given.iter().find(|it| it.0 == question.id).map(|it| it.1.to_owned());
    let text = said.unwrap_or_else(|| preset(interview, question));
    let taken = interview.answer(&text);
    assert!(taken.is_ok(), "{} = {text}: {taken:?}", question.id);
}

/// An interview to its end.
fn walk(given: &[(&str, &str)]) -> (Interview, Vec<&'static str>) {
    let mut interview = Interview::new(TODAY);
    let mut asked = Vec::new();
    while let Some(question) = interview.question() {
        asked.push(question.id);
        answer(&mut interview, given);
    }
    for (id, _) in given {
        assert!(asked.contains(id), "{id} is asked");
    }
    (interview, asked)
}

/// Both files, to be looked at.
fn shown(interview: &Interview) -> String {
    let Files { script, values } = interview.files("fabrikam");
    format!("{script}\n# ---- fabrikam.toml ----\n{values}")
}

/// A deployment with nearly everything in it that its writer knows.
const LARGE: &[(&str, &str)] = &[
    ("customer", "Fabrikam \"Nord\""),
    ("license.sign_in_as", "install@fabrikam.com"),
    ("installer.components", "service,reporting,portal,password_registration,password_reset"),
    ("database.server", r"sql.fabrikam.com\MIM"),
    ("database.name", "MIMService"),
    ("database.reuse", "yes"),
    ("mail.server", "office365"),
    ("mail.poll", "yes"),
    ("mail.application", "register"),
    ("application.restriction", "group"),
    ("mail.client_secret", "credential"),
    ("certificate.choice", "existing"),
    ("account.password", "prompt"),
    ("synchronization.server", "sync.fabrikam.com"),
    ("synchronization.agent_account", r"partner\svcMIMMA"),
    ("service.address", "mim.fabrikam.com"),
    ("portal.site", "https://portal.fabrikam.com"),
    ("portal.registration_link", "https://pwreg.fabrikam.com"),
    ("registration.pool_account", r"fabrikamnord\poolreg"),
    ("registration.extranet", "no"),
    ("reset.pool_account", r"fabrikamnord\poolreset$"),
    ("reset.port", "8080"),
    ("reset.open_firewall", "yes"),
    ("reset.service_address", "mim2.fabrikam.com"),
];

#[test]
fn a_large_deployment_is_written_whole() {
    let (interview, asked) = walk(LARGE);
    assert_eq!(wrong(interview.answers(), TODAY), Vec::<String>::new());
    assert_eq!(file_name(interview.answers()), "fabrikam-nord");
    insta::assert_snapshot!("new__large", shown(&interview));
    insta::assert_snapshot!("new__large-questions", asked.join("\n"));
}

#[test]
fn password_portals_alone_are_written_whole() {
    let (interview, asked) = walk(&[
        ("customer", "Fabrikam"),
        ("license.edition", "volume"),
        ("installer.build", "4.6.34.0"),
        ("installer.components", "password_registration,password_reset"),
        ("registration.extranet", "no"),
        ("installer.form", "quiet"),
    ]);
    assert_eq!(wrong(interview.answers(), TODAY), Vec::<String>::new());
    // One account has one password, and nothing is asked of a database or of mail.
    assert!(!asked.contains(&"reset.pool_password"), "{asked:?}");
    assert!(!asked.iter().any(|it| it.starts_with("database.") || it.starts_with("mail.")));
    insta::assert_snapshot!("new__portals", shown(&interview));
}

#[test]
fn a_second_server_of_the_volume_edition_is_written_whole() {
    let (interview, _) = walk(&[
        ("customer", "Fabrikam"),
        ("license.edition", "volume"),
        ("installer.build", "4.6.34.0"),
        ("database.server", "sql.fabrikam.com"),
        ("database.reuse", "yes"),
        ("remote_registration.account", r"fabrikam\mimpool"),
        ("remote_reset.account", r"fabrikam\mimpool"),
        ("installer.form", "quiet"),
    ]);
    assert_eq!(wrong(interview.answers(), TODAY), Vec::<String>::new());
    insta::assert_snapshot!("new__second-server", shown(&interview));
}

#[test]
fn what_does_not_go_together_cannot_be_chosen() {
    let servers = ["exchange", "office365", "smtp", "none"];
    for (server, key) in MailOption::ALL
        .map(|it| it.row().0)
        .iter()
        .zip(MailOption::ALL.map(|it| servers[it.row().0 as usize]))
    {
        let mut interview = Interview::new(EARLY);
        let last = if key == "none" { "account.managed" } else { "mail.authentication" };
        let question = up_to(&mut interview, last, &[("mail.server", key)]);
        if key != "none" {
            for choice in interview.choices(question) {
                let known = MailOption::ALL.iter().map(|it| it.row());
                let name = |it| format!("{it:?}").to_lowercase();
                let fits = known
                    .filter(|it| it.0 == *server)
                    .any(|it| it.1.map(name).as_deref() == Some(choice.entry.key));
                let refused = matches!(choice.standing, Standing::Refused(_));
                assert_eq!(refused, !fits, "{key}, {}", choice.entry.key);
            }
        }
        let question = up_to(&mut interview, "account.managed", &[]);
        let [no, yes] = &interview.choices(question)[..] else { panic!("two entries") };
        assert!(!matches!(no.standing, Standing::Refused(_)), "{key}");
        let row =
            (*server, MailOption::ALL.iter().find(|it| it.row().0 == *server).unwrap().row().1);
        let misfit = MailOption::of(row.0, row.1, true) == Err(Misfit::Account);
        assert_eq!(matches!(yes.standing, Standing::Refused(_)), misfit, "{key}");
    }
}

#[test]
fn what_ends_is_offered_with_its_date_and_what_is_dead_is_refused_with_it() {
    let standing = |as_of, id, key| {
        let mut interview = Interview::new(as_of);
        let server = ("mail.server", if id == "mail.server" { "exchange" } else { "office365" });
        let question = up_to(&mut interview, id, &[server]);
        let choices = interview.choices(question);
        let choice = choices.into_iter().find(|it| it.entry.key == key).expect("it is listed");
        match choice.standing {
            Standing::Open => "open".to_owned(),
            Standing::Noted(note) => format!("noted: {note}"),
            Standing::Refused(objection) => format!("refused: {}", objection.what),
        }
    };
    let mut told = String::new();
    for as_of in [EARLY, date(2026, 9, 1), TODAY, date(2027, 4, 1)] {
        for (id, key) in [
            ("mail.server", "office365"),
            ("mail.authentication", "basic"),
            ("mail.authentication", "application"),
        ] {
            // Where the server is refused, its authentication is never asked for.
            let refused = standing(as_of, "mail.server", "office365").starts_with("refused");
            if id == "mail.server" || !refused {
                told += &format!("{as_of}  {id} = {key}  {}\n", standing(as_of, id, key));
            }
        }
    }
    insta::assert_snapshot!("new__dated", told);
}

#[test]
fn a_text_is_judged_by_its_format_and_by_the_checks() {
    let mut told = String::new();
    let texts: &[(&str, &[&str])] = &[
        ("customer", &["", "Fabrikam"]),
        ("installer.package", &[r"D:\MIM", "Service and Portal.msi"]),
        ("installer.build", &["4.6", "4.6.34.0", "4.6.421.0"]),
        ("cloud.tenant", &["contoso.onmicrosoft.us", "contoso", "contoso.com"]),
        ("license.sign_in_as", &["admin", "admin@fabrikam.onmicrosoft.com"]),
        ("database.server", &[r"sql\\MIM", "sql.contoso.com,1433"]),
        ("account.name", &["", r"contoso\svcMIMService", "MIMSrvGMSAsvc$", "svc@contoso.com"]),
        ("account.domain", &["contoso.com", "contoso"]),
        ("mail.mailbox", &["mailbox", "mim@contoso.com"]),
        ("service.address", &["http://mim.contoso.com", "localhost", "mim"]),
        ("portal.site", &["http://localhost", "mim.contoso.com"]),
        ("portal.registration_link", &["", "pwreg"]),
    ];
    let mut interview = Interview::new(TODAY);
    for (id, answers) in texts {
        let question = up_to(&mut interview, id, &[]);
        for answer in *answers {
            told += &match interview.objection(question, answer) {
                None => format!("{id} = {answer}: taken\n"),
                Some(it) => {
                    format!("{id} = {answer}: {}\n    {:?}, {:?}\n", it.what, it.help, it.instead)
                }
            };
        }
    }
    insta::assert_snapshot!("new__texts", told);
}

#[test]
fn a_step_back_offers_what_was_answered_and_what_follows_is_made_anew() {
    let mut interview = Interview::new(TODAY);
    assert!(!interview.back(), "nothing stands before the first question");
    let given = [("customer", "Contoso"), ("installer.log", r"c:\logs\mim.txt")];
    up_to(&mut interview, "database.server", &given);
    let tenant = |it: &Interview| it.answers().get("cloud.tenant");
    assert_eq!(tenant(&interview), "contoso.onmicrosoft.com");
    let mut steps = 0;
    while interview.back() {
        steps += 1;
    }
    assert!(steps > 8, "{steps}");
    assert_eq!(interview.question().map(|it| it.id), Some("customer"));
    // Another customer has another tenant; the log was somebody's own choice.
    interview.answer("Fabrikam").expect("it is a name");
    let log = up_to(&mut interview, "installer.log", &[]);
    assert_eq!(interview.offered(log).as_deref(), Some(r"c:\logs\mim.txt"));
    let question = up_to(&mut interview, "cloud.tenant", &[]);
    assert_eq!(interview.offered(question).as_deref(), Some("fabrikam.onmicrosoft.com"));
}

#[test]
fn no_question_is_a_dead_end() {
    // Whatever is chosen in a list, the deployment with the defaults of what follows checks without error.
    let mut interview = Interview::new(TODAY);
    while let Some(question) = interview.question() {
        for choice in interview.choices(question) {
            if matches!(choice.standing, Standing::Refused(_)) {
                continue;
            }
            let mut other = interview.clone();
            other.answer(choice.entry.key).expect("it is open");
            let rest = compiled(&other.files("new"), TODAY);
            assert_eq!(
                errors(&rest),
                Vec::<String>::new(),
                "{} = {}",
                question.id,
                choice.entry.key
            );
        }
        if matches!(question.kind, Kind::Text(_) | Kind::Optional(_)) {
            let offered = interview.offered(question);
            assert!(offered.is_none_or(|it| interview.objection(question, &it).is_none()));
        }
        answer(&mut interview, &[]);
    }
}

/// A customer's name becomes files, hosts and accounts, also where ASCII does not have its letters.
#[test]
fn a_name_is_spelled_as_it_is_customary() {
    for (name, slug, file) in [
        ("Müller & Söhne", "muellersoehne", "mueller-soehne"),
        ("GROSSE STRAẞE", "grossestrasse", "grosse-strasse"),
        ("Ångström A/S", "aangstroemas", "aangstroem-a-s"),
        ("3 Æbler", "customer3aebler", "3-aebler"),
        ("株式会社", "customer", "deployment"),
    ] {
        let mut answers = Answers::default();
        answers.give("customer", name);
        assert_eq!((&*answers.slug(), &*file_name(&answers)), (slug, file));
    }
}
