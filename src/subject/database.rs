//! The MIM Service database: SQL Server, name, and whether an existing one is used again. Pages 6 and 7.

use jiff::civil::Date;

use crate::diagnostic::{Applicability, Reporter};
use crate::model::format::Format;
use crate::model::{Component, Database, Deployment, Part};
use crate::plan::op::{Op, Value};
use crate::plan::{Kind, Right, Undo};
use crate::script::registry::{Kind as Builder, Refusal, Ty};
use crate::subject::{Check, Draft, Field, Planner, Reading, Subject, WIZARD};
use crate::{code, verbs};

/// The subject.
pub static SUBJECT: Subject = Subject {
    name: "database",
    functions: FUNCTIONS,
    checks: &[
        Check { code: &DATABASE_MISSING, run: missing },
        Check { code: &DATABASE_NAME, run: other_name },
        Check { code: &DATABASE_BACKUP, run: backup },
    ],
    fields: FIELDS,
    steps,
};

/// The name that the wizard proposes.
const DEFAULT_NAME: &str = "FIMService";

static DATABASE: Builder = Builder {
    name: "sql::database",
    refusals: &[
        Refusal {
            method: "instance",
            reason: "write the instance behind the server: ``sql::database(`sql.contoso.com\\instance`)``",
        },
        Refusal {
            method: "port",
            reason: "setup takes no port: make an alias for the server and its port with `cliconfg`, and name the alias",
        },
        Refusal {
            method: "login",
            reason: "setup signs in to SQL Server as the Windows user who runs it; there is no other login",
        },
    ],
};

verbs! { static FUNCTIONS;
    /// The SQL Server that holds the MIM Service database: `server` or `server\instance`, an alias, or the name of a
    /// failover cluster or an availability group listener. A script that says it installs the MIM Service.
    ///
    /// ```rhai
    /// sql::database("contosoagl.contoso.com");
    /// ```
    fn sql::database(server: SqlServer) -> DATABASE, pages [6] = |call| {
        let server = call.read(0);
        let database = Database { server, name: Part::Unsaid, reuse: Part::Unsaid };
        call.declare(|it| &mut it.database, database)
    };
    /// The name of the database; `FIMService` if it is not said.
    ///
    /// ```rhai
    /// sql::database("contosoagl.contoso.com").name("FIMService");
    /// ```
    fn .name(name: Database) on [DATABASE], pages [6] = |call| {
        let name = call.read(0);
        call.say(|it, index| &mut it.database.all[index].value.name, name);
    };
    /// Uses a database that is there already: for the second server of a farm, and when upgrading.
    ///
    /// ```rhai
    /// sql::database("contosoagl.contoso.com").reuse();
    /// ```
    fn .reuse(flag: Flag = ()) on [DATABASE], pages [6, 7] = |call| {
        let reuse = call.flag(0);
        call.say(|it, index| &mut it.database.all[index].value.reuse, reuse);
    };
}

static FIELDS: &[Field] = &[
    Field {
        name: "database.server",
        label: "Database Server",
        page: Some(6),
        ty: Ty::SqlServer,
        read: |it| declared(it, |database| Reading::said(&database.server)),
    },
    Field {
        name: "database.name",
        label: "Database Name",
        page: Some(6),
        ty: Ty::Database,
        read: |it| declared(it, |database| Reading::said_or(&database.name, DEFAULT_NAME)),
    },
    Field {
        name: "database.reuse",
        label: "If the database you named above already exists, how do you want to proceed?",
        page: Some(6),
        ty: Ty::Choice,
        read: |it| declared(it, |database| reuse_choice(&database.reuse)),
    },
];

/// The radio button that is chosen.
fn reuse_choice(reuse: &Part<bool>) -> Reading {
    let entry = |reuse: bool| {
        Value::text(if reuse { "Re-use the existing database" } else { "Create a new database" })
    };
    match reuse.said() {
        Some(said) => Reading::Said(entry(said.value), said.origin.clone()),
        None => Reading::Default(entry(false), WIZARD),
    }
}

fn declared(deployment: &Deployment, read: fn(&Database) -> Reading) -> Reading {
    deployment.database.get().map_or(Reading::NotAsked, |it| read(it))
}

code! {
    /// The MIM Service keeps everything in an SQL Server database. Setup cannot go past page 6 without one.
    ///
    /// ```rhai,reports
    /// components::service();
    /// ```
    ///
    /// ```rhai
    /// components::service();
    /// sql::database("contosoagl.contoso.com");
    /// ```
    DATABASE_MISSING: Error = "database-missing", "MIM Service without a database",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";

    /// Another name than `FIMService` is supported by setup, but parts of the product and many scripts take the name for
    /// granted: upgrades to builds before 4.5.26 failed with other names.
    ///
    /// ```rhai,reports
    /// sql::database("contosoagl.contoso.com").name("MIMService");
    /// ```
    ///
    /// ```rhai
    /// sql::database("contosoagl.contoso.com").name("FIMService");
    /// ```
    DATABASE_NAME: Hint = "database-name", "database not called FIMService",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/reference/version-history" seen "2026-11-23";

    /// Setup changes a database that it uses again. The wizard itself warns on page 7: a failed installation may leave it
    /// corrupt, and only a backup brings it back. The plan asks for the backup before it installs.
    ///
    /// ```rhai,reports
    /// sql::database("contosoagl.contoso.com").reuse();
    /// ```
    ///
    /// A new database needs none:
    ///
    /// ```rhai
    /// sql::database("contosoagl.contoso.com");
    /// ```
    DATABASE_BACKUP: Hint = "database-backup", "database that must be backed up first",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23"
}

fn missing(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    if !deployment.complete || deployment.database.is_declared() {
        return;
    }
    let Some(choice) = deployment.choice(Component::Service) else { return };
    out.at(choice.call, "the MIM Service has no database")
        .label("installs the MIM Service")
        .help("name the SQL Server: `sql::database(\"sql.contoso.com\")`")
        .fix(
            "add the database",
            Applicability::Review,
            deployment.end,
            "\n\nsql::database(\"sql.contoso.com\");",
        );
}

fn other_name(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(name) = deployment.database.get().and_then(|it| it.name.said()) else { return };
    let text = name.value.text();
    if !text.eq_ignore_ascii_case(DEFAULT_NAME) {
        out.about(&name.origin, format!("the database is called `{text}`, not `{DEFAULT_NAME}`"))
            .label("parts of the product take `FIMService` for granted")
            .help("keep `FIMService` unless the customer has a reason");
    }
}

fn backup(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(reuse) = deployment.database.get().and_then(|it| it.reuse.said()) else { return };
    if reuse.value {
        out.about(&reuse.origin, "the existing database is changed by the installation")
            .label("a failed installation may leave it corrupt")
            .help("back it up before; the plan stops and asks");
    }
}

fn steps(deployment: &Deployment, planner: &mut Planner) {
    let Some(database) = deployment.database.get() else { return };
    let Some(reuse) = database.reuse.said().filter(|it| it.value) else { return };
    let server = database.server.value().map(Format::text).unwrap_or_default();
    let name = database.name.value().map_or_else(|| DEFAULT_NAME.to_owned(), Format::text);
    planner.step(Draft {
        kind: Kind::Idempotent,
        ops: vec![Op::Ask {
            what: format!(
                "Back up the database `{name}` on `{server}`, and confirm that the backup can be restored. A failed installation may leave the database corrupt."
            ),
        }],
        rights: vec![Right { on: "SQL Server".into(), right: "backup of the database".into() }],
        undo: Undo::Nothing,
        ..Draft::new("backup-database", "Back up the existing database", &reuse.origin)
    });
}
