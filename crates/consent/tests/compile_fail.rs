//! What must not compile.

#[test]
fn a_clearance_cannot_be_forged_copied_or_written_down() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
