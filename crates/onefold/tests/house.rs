//! The house: which crate may know which, and how much a user pays for them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, reason = "tests may be blunt")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn arrows_between_crates_are_those_of_the_house_tests_included() {
    let siblings = ["ingest", "identity", "profile", "segment", "consent", "store"];
    let mut may: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let name = |room: &str| if room == "onefold" { room.to_owned() } else { format!("onefold-{room}") };
    may.insert(name("model"), BTreeSet::new());
    for room in siblings {
        may.insert(name(room), [name("model")].into());
    }
    may.insert(name("export"), [name("model"), name("consent")].into());
    let rooms: BTreeSet<String> = siblings.into_iter().chain(["model", "export"]).map(name).collect();
    may.insert(name("onefold"), rooms.clone());
    let all: BTreeSet<String> = rooms.into_iter().chain([name("onefold")]).collect();
    may.insert(name("examples"), all.clone());
    may.insert(name("benches"), all);

    let metadata: serde_json::Value =
        serde_json::from_str(&cargo(&["metadata", "--format-version", "1", "--no-deps", "--offline"])).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert_eq!(
        packages.len(),
        may.len(),
        "a room joined or left the house: {:?}",
        packages.iter().map(|it| &it["name"]).collect::<Vec<_>>()
    );
    for package in packages {
        let room = package["name"].as_str().unwrap();
        for dependency in package["dependencies"].as_array().unwrap() {
            let other = dependency["name"].as_str().unwrap();
            if other.starts_with("onefold") && other != room {
                assert!(may[room].contains(other), "`{room}` must not know `{other}` ({})", dependency["kind"]);
            }
        }
    }
}

#[test]
fn the_packages_that_a_user_pays_for_stay_within_the_budget() {
    for (features, budget) in [(&[][..], 75), (&["--no-default-features"][..], 35)] {
        let tree = cargo(
            &[
                &["tree", "-p", "onefold", "-e", "normal,build", "--no-dedupe", "--prefix", "none", "--offline"],
                features,
            ]
            .concat(),
        );
        let packages: BTreeSet<&str> = tree
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with("onefold"))
            .filter_map(|line| line.split(' ').next())
            .collect();
        println!("{} external packages {features:?}, of at most {budget}", packages.len());
        assert!(!packages.is_empty() && packages.len() <= budget, "{} packages: {packages:?}", packages.len());
    }
}
