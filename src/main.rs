//! tmp
#![allow(clippy::all)]
use mimeo::compile::*; use mimeo::source::files::Disk;
fn main(){
 let a:Vec<String>=std::env::args().collect();
 let mut i=Inputs::new(&a[1], jiff::civil::date(2026,11,23));
 i.values=a[2..].iter().map(Into::into).collect();
 match compile(&Disk,&i){ Err(e)=>println!("ERR {e:?}"), Ok(c)=>{
  for d in &c.diagnostics { println!("{} {}[{}] {}\n    {}", c.sources.place(d.primary), d.severity().word(), d.code.name, d.message, d.label);
    for l in &d.labels { println!("    {} {}", c.sources.place(l.span), l.text); }
    for h in &d.help { println!("    help: {h}"); }
    if let Some(f)=&d.fix { println!("    fix: {} {:?}", f.title, f.edits.iter().map(|e| e.text.clone()).collect::<Vec<_>>()); } }
  println!("plan {}", c.plan.is_some());
 } }
}
