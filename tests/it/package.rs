//! The question to the installer package.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::io::{Cursor, Write};
use std::path::PathBuf;
use std::time::Duration;

use mimeo::execute::machine::Answer;
use mimeo::execute::package::package;
use mimeo::installer::package::LARGEST;
use msi::{Column, Insert, Value};

const LIMIT: Duration = Duration::from_secs(60);
const NAME: &str = "Microsoft Identity Manager Service and Portal";

/// A package with these properties, as the crate msi writes it.
fn written(properties: &[(&str, &str)]) -> Vec<u8> {
    let mut package =
        msi::Package::create(msi::PackageType::Installer, Cursor::new(Vec::new())).unwrap();
    let columns = vec![
        Column::build("Property").primary_key().id_string(72),
        Column::build("Value").localizable().text_string(0),
    ];
    package.create_table("Property", columns).unwrap();
    let row = |(name, value): &(&str, &str)| {
        vec![Value::Str((*name).to_owned()), Value::Str((*value).to_owned())]
    };
    let rows = properties.iter().map(row).collect();
    package.insert_rows(Insert::into("Property").rows(rows)).unwrap();
    package.into_inner().unwrap().into_inner()
}

/// The package of a build.
fn of(version: &str) -> Vec<u8> {
    written(&[("Manufacturer", "Contoso"), ("ProductName", NAME), ("ProductVersion", version)])
}

/// A folder with one file, and the question to it.
struct File(tempfile::TempDir);

impl File {
    fn new(bytes: &[u8]) -> Self {
        let file = File(tempfile::tempdir().unwrap());
        std::fs::write(file.path(), bytes).unwrap();
        file
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("Service and Portal.msi")
    }

    async fn ask(&self, build: Option<&str>) -> Answer {
        package(LIMIT, self.path().to_str().unwrap(), build, None).await
    }
}

#[track_caller]
fn no(answer: Answer) -> String {
    match answer {
        Answer::No(seen) => seen,
        Answer::Yes(_) | Answer::Unknown(_) => panic!("{answer:?}"),
    }
}

#[tokio::test]
async fn the_package_says_its_name_and_build() {
    let file = File::new(&of("4.6.540.0"));
    let found = format!("`{NAME}`, build 4.6.540.0");
    assert_eq!(file.ask(None).await, Answer::Yes(found.clone()));
    assert_eq!(file.ask(Some("4.6.540.0")).await, Answer::Yes(found.clone()));
    assert_eq!(file.ask(Some("4.6.540")).await, Answer::Yes(found.clone()));
    assert_eq!(
        file.ask(Some("4.6.1000.0")).await,
        Answer::No(format!("{found}: older than 4.6.1000.0"))
    );
    assert_eq!(
        file.ask(Some("4.6.34.0")).await,
        Answer::No(format!("{found}: newer than 4.6.34.0"))
    );
    let answer = file.ask(Some("SP2")).await;
    assert!(matches!(answer, Answer::Unknown(_)), "{answer:?}");
}

#[tokio::test]
async fn another_product_is_a_no() {
    for name in [
        "Microsoft Identity Manager Synchronization Service",
        "Microsoft Identity Manager Service and Portal Language Pack",
        "7-Zip 26.00 (x64 edition)",
    ] {
        let file = File::new(&written(&[("ProductVersion", "4.6.540.0"), ("ProductName", name)]));
        let seen = no(file.ask(Some("4.6.540.0")).await);
        assert_eq!(seen, format!("it is another product: `{name}`, build 4.6.540.0"));
    }
}

#[tokio::test]
async fn a_package_that_does_not_say_what_it_is_is_a_no() {
    let seen = no(File::new(&written(&[("ProductName", NAME)])).ask(None).await);
    assert!(seen.ends_with("is damaged: it does not say its `ProductVersion`"), "{seen}");
}

#[tokio::test]
async fn many_and_long_strings_are_read() {
    // By hand: the crate msi writes no package with so many strings that their numbers take three bytes.
    let long = "x".repeat(70_000);
    let strings = ["ProductVersion", "4.7.3.0", &long, "ProductName", NAME];
    // The highest bit beside code page 1252.
    let mut pool = 0x8000_04E4_u32.to_le_bytes().to_vec();
    for string in strings {
        let length = u32::try_from(string.len()).unwrap();
        match u16::try_from(length) {
            Ok(length) => pool.extend(length.to_le_bytes()),
            // Without a length of its own, but in use: it stands in the next entry.
            Err(_) => pool.extend([0, 0]),
        }
        pool.extend(1_u16.to_le_bytes());
        if length > 0xFFFF {
            pool.extend(length.to_le_bytes());
        }
    }
    let rows = [[3, 0, 0], [1, 0, 0], [4, 0, 0], [3, 0, 0], [2, 0, 0], [5, 0, 0]].concat();
    let answer = by_hand(&pool, strings.concat().as_bytes(), &rows).ask(Some("4.7.3.0")).await;
    assert_eq!(answer, Answer::Yes(format!("`{NAME}`, build 4.7.3.0")));
}

#[tokio::test]
async fn what_is_no_package_is_a_no_with_the_reason() {
    for bytes in [&b""[..], b"MZ", b"PK\x03\x04 and so on", &[0; 4096], &[0xFF; 4096]] {
        let seen = no(File::new(bytes).ask(None).await);
        assert!(seen.contains("is damaged or no package of Windows Installer"), "{seen}");
    }
    let compound = |class: &str| {
        let mut compound = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
        compound.set_storage_clsid("/", class.parse().unwrap()).unwrap();
        compound.into_inner().into_inner()
    };
    let seen = no(File::new(&compound("000c1086-0000-0000-c000-000000000046")).ask(None).await);
    assert!(seen.ends_with("is a patch (.msp), not a package"), "{seen}");
    let seen = no(File::new(&compound("000c1082-0000-0000-c000-000000000046")).ask(None).await);
    assert!(seen.ends_with("is a transform (.mst), not a package"), "{seen}");
    let seen = no(File::new(&compound("00020906-0000-0000-c000-000000000046")).ask(None).await);
    assert!(seen.ends_with("is a compound file, but no package of Windows Installer"), "{seen}");
    let seen = no(File::new(&compound("000c1084-0000-0000-c000-000000000046")).ask(None).await);
    assert!(seen.ends_with("is damaged: it has no table `_StringPool`"), "{seen}");
}

#[tokio::test]
async fn a_truncated_package_is_a_no() {
    let whole = of("4.6.540.0");
    // Of the last sector only a part may be in use, so that nothing is missing without its end.
    for length in (0..=whole.len() - 4096).step_by(509) {
        let seen = no(File::new(&whole[..length]).ask(None).await);
        assert!(seen.contains("is damaged"), "{length}: {seen}");
    }
}

/// A compound file that is a package by its class, with these tables.
fn by_hand(pool: &[u8], data: &[u8], property: &[u8]) -> File {
    let mut compound = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    compound
        .set_storage_clsid("/", "000c1084-0000-0000-c000-000000000046".parse().unwrap())
        .unwrap();
    // The names of the three tables, as Windows Installer writes them.
    for (name, bytes) in [
        ("\u{4840}\u{3f3f}\u{4577}\u{446c}\u{3e6a}\u{44b2}\u{482f}", pool),
        ("\u{4840}\u{3f3f}\u{4577}\u{446c}\u{3b6a}\u{45e4}\u{4824}", data),
        ("\u{4840}\u{4559}\u{44f2}\u{4568}\u{4737}", property),
    ] {
        compound.create_stream(name).unwrap().write_all(bytes).unwrap();
    }
    File::new(&compound.into_inner().into_inner())
}

#[tokio::test]
async fn lengths_that_lie_take_no_memory() {
    let head = 1252_u32.to_le_bytes();
    // One string of almost 4 GiB.
    let pool = [&head[..], &[0, 0, 1, 0], &[0xFF; 4]].concat();
    let seen = no(by_hand(&pool, b"", b"").ask(None).await);
    assert!(seen.ends_with("is damaged: its strings end too early"), "{seen}");
    // Lengths whose sum would run over.
    let pool = [&head[..], &[0, 0, 1, 0, 0xFF, 0xFF, 0xFF, 0xFF].repeat(1000)].concat();
    let seen = no(by_hand(&pool, b"x", b"").ask(None).await);
    assert!(seen.ends_with("is damaged: its strings end too early"), "{seen}");
    let seen = no(by_hand(&[], b"", b"").ask(None).await);
    assert!(seen.ends_with("is damaged: its list of strings is empty"), "{seen}");
    let seen = no(by_hand(&[0xFF, 0xFF, 0xFF, 0x7F], b"", b"").ask(None).await);
    assert!(seen.contains("is damaged: its code page is"), "{seen}");
    // References to strings that are not there.
    let seen = no(by_hand(&head, b"", &[0xFF; 64]).ask(None).await);
    assert!(seen.ends_with("is damaged: it does not say its `ProductName`"), "{seen}");
}

#[tokio::test]
async fn a_table_that_is_too_large_is_not_read() {
    let seen = no(by_hand(&vec![0; 17 << 20], b"", b"").ask(None).await);
    assert!(seen.ends_with("is damaged: its table `_StringPool` has 17825792 bytes"), "{seen}");
}

#[tokio::test]
async fn a_damaged_package_never_breaks_the_program() {
    let whole = of("4.6.540.0");
    let file = File::new(&whole);
    // Most of it is padding.
    let used = (0..whole.len()).filter(|it| whole[*it] != 0 && whole[*it] != 0xFF || it % 331 == 0);
    for at in used {
        for byte in [0xFF, whole[at] ^ 0x01] {
            let mut bytes = whole.clone();
            bytes[at] = byte;
            std::fs::write(file.path(), &bytes).unwrap();
            let answer = file.ask(None).await;
            assert!(!matches!(answer, Answer::Unknown(_)), "{at} = {byte}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn a_file_larger_than_any_package_is_not_read() {
    let file = File::new(b"");
    std::fs::File::options().write(true).open(file.path()).unwrap().set_len(LARGEST + 1).unwrap();
    let seen = no(file.ask(None).await);
    assert!(seen.ends_with("has 1073741825 bytes, more than any package"), "{seen}");
}

#[tokio::test]
async fn a_path_without_a_file_is_a_no_or_of_another_machine() {
    let seen = no(package(LIMIT, "no/such/file.msi", None, None).await);
    assert_eq!(seen, "there is no file `no/such/file.msi`");
    let folder = tempfile::tempdir().unwrap();
    let seen = no(package(LIMIT, folder.path().to_str().unwrap(), None, None).await);
    assert!(seen.ends_with("is a folder"), "{seen}");
    no(package(LIMIT, "", None, None).await);
    no(package(LIMIT, "a\0b", None, None).await);
    if cfg!(not(windows)) {
        for path in
            [r"D:\MIM\Service and Portal.msi", r"\\files\mim\Service and Portal.msi", "D:/x.msi"]
        {
            let answer = package(LIMIT, path, None, None).await;
            assert_eq!(answer, Answer::Unknown(format!("`{path}` is a path of another machine")));
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_pipe_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.msi");
    let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
    assert!(made.success());
    let seen = no(package(LIMIT, path.to_str().unwrap(), None, None).await);
    assert!(seen.ends_with("is a device or a pipe"), "{seen}");
}
