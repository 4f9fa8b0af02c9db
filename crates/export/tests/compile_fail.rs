//! Code that exports without a clearance does not compile.
#![cfg(feature = "csv")]

#[test]
fn law_5_what_was_not_cleared_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
