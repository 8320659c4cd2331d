//! Builds the parser and its scanner.

fn main() {
    let source = std::path::Path::new("src");
    let files = ["parser.c", "scanner.c"].map(|it| source.join(it));
    let mut build = cc::Build::new();
    build.std("c11").include(source).warnings(false);
    for file in &files {
        build.file(file);
        println!("cargo:rerun-if-changed={}", file.display());
    }
    build.compile("tree-sitter-rhai");
}
