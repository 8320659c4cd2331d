//! The steps as a graph, and the rights that they need.

use mimeo::export::{graph, rights};

use super::sample;

#[test]
fn graphs_of_the_steps() {
    let plan = sample();
    insta::assert_snapshot!(graph::mermaid(&plan), @r##"
    flowchart TD
        s0(["Validate the Entra ID licence"])
        s1[["Register the mailbox application"]]
        s2{{"Install MIM Service and Portal"}}
        s3["Enable the rule #34;Users can read attributes of their own#34;"]
        s0 --> s1
        s1 --> s2
        s2 --> s3
    "##);
    insta::assert_snapshot!(graph::dot(&plan), @r##"
    digraph plan {
        label="Contoso MIM Service and Portal";
        labelloc=t;
        node [fontname="sans-serif"];
        s0 [shape=ellipse, label="Validate the Entra ID licence", tooltip="tenant"];
        s1 [shape=component, label="Register the mailbox application", tooltip="register"];
        s2 [shape=octagon, label="Install MIM Service and Portal", tooltip="install"];
        s3 [shape=box, label="Enable the rule \"Users can read attributes of their own\"", tooltip="rule"];
        s0 -> s1;
        s1 -> s2;
        s2 -> s3;
    }
    "##);
}

#[test]
fn labels_cannot_break_out() {
    let mut plan = sample();
    let title = "a\"]; s9 --> s0 %% <b>&amp;`\\n#35; \\\u{1b}\n1";
    plan.steps.truncate(1);
    title.clone_into(&mut plan.steps[0].title);
    title.clone_into(&mut plan.title);
    let mermaid = graph::mermaid(&plan);
    assert_eq!(
        mermaid.lines().nth(1).unwrap(),
        "    s0([\"a#34;#93;#59; s9 #45;#45;#62; s0 #37;#37; #60;b#62;#38;amp#59;#96;#92;n#35;35#59; #92;#92;u#123;1b#125;#92;n1\"])"
    );
    assert_eq!(mermaid.lines().count(), 2);
    let dot = graph::dot(&plan);
    let label = "\"a\\\"]; s9 --> s0 %% <b>&amp;`\\\\n#35; \\\\\\\\u{1b}\\\\n1\"";
    assert!(
        dot.contains(&format!("label={label};")) && dot.contains(&format!("label={label}, ")),
        "{dot}"
    );
}

#[test]
fn rights_by_step_and_by_place() {
    insta::assert_snapshot!(rights::rights(&sample()), @r##"
    step      on               right
    tenant    Microsoft Graph  Organization.Read.All
    register  Microsoft Graph  Application.ReadWrite.All
              Exchange Online  Exchange Administrator
    install   this server      local administrator
              SQL Server       sysadmin
    rule      -                none

    Exchange Online
      Exchange Administrator     register
    Microsoft Graph
      Application.ReadWrite.All  register
      Organization.Read.All      tenant
    SQL Server
      sysadmin                   install
    this server
      local administrator        install
    "##);
    let mut plan = sample();
    plan.steps.clear();
    assert_eq!(rights::by_place(&plan), "none\n");
}
