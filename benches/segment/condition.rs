//! A condition on traits of one profile, beside the `cel` crate.

use std::hint::black_box;
use std::time::Duration;

use cel::{Context, Program};
use criterion::Criterion;
use onefold::model::{Facts, Sheet, Truth};
use onefold::segment::{Batch, Definitions, Work};

use crate::{cpu, workload};

const OURS: &str = r#"segment adult = country in ("DE", "FR") and age >= 18 and plan = "pro""#;
const CEL: &str = r#"country in ["DE", "FR"] && age >= 18 && plan == "pro""#;
const TIMES: u32 = 2_000_000;

/// Prints what a condition costs by row, by column and in CEL.
pub fn table(_: &mut Criterion) {
    let schema = workload::schema();
    let definitions = Definitions::parse(OURS, &schema).expect("it holds together");
    let adult = definitions.id("adult").expect("defined");
    let who = schema.identifier("user_id", "ada").expect("an id");
    let set = |sheet: Sheet, name, value: onefold::model::Value| sheet.set(name, value).expect("declared");
    let ada = set(set(set(Sheet::new(&schema, &who), "country", "FR".into()), "age", 36.into()), "plan", "pro".into());
    let facts: &dyn Facts = &ada;

    let program = Program::compile(CEL).expect("CEL reads it");
    let mut context = Context::default();
    context.add_variable("country", "FR").expect("a text");
    context.add_variable("age", 36_i64).expect("a number");
    context.add_variable("plan", "pro").expect("a text");
    assert_eq!(program.execute(&context).expect("it answers"), cel::Value::Bool(true));
    assert_eq!(definitions.eval(adult, facts, &ada, workload::NOW).value, Truth::Yes);

    let cel = each(TIMES / 10, || program.execute(black_box(&context)).is_ok());
    let row = each(TIMES, || definitions.eval(adult, black_box(facts), &ada, workload::NOW).value.is_yes());
    println!("\ncountry in two, age at least, plan is: ns a profile");
    println!("{:<40} {:>8.2} {:>8}", "cel", nanos(cel), 1);
    println!("{:<40} {:>8.2} {:>8.4}", "ours, one profile, with until", nanos(row), nanos(row) / nanos(cel));
    let columns = workload::made(200_000, &schema, Some(&definitions));
    let column = each(20, || {
        let batch = Batch::new(&definitions, &columns, workload::NOW, Work::default()).expect("all is kept");
        batch.size(adult) > 0
    });
    let column = nanos(column) / columns.len() as f64;
    println!("{:<40} {:>8.2} {:>8.4}", "ours, by column, all three", column, column / nanos(cel));
    for (name, text) in [("country in two", r#"country in ("C01", "C02")"#), ("age at least", "age >= 18")] {
        let one = Definitions::parse(&format!("segment one = {text}"), &schema).expect("it holds together");
        let id = one.id("one").expect("defined");
        let columns = workload::made(200_000, &schema, Some(&one));
        let spent = each(50, || {
            let batch = Batch::new(&one, &columns, workload::NOW, Work::default()).expect("all is kept");
            batch.size(id) > 0
        });
        let spent = nanos(spent) / columns.len() as f64;
        println!("{:<40} {:>8.2} {:>8.4}", format!("ours, by column, {name}"), spent, spent / nanos(cel));
    }
}

/// CPU time of one call, of so many.
fn each(times: u32, mut call: impl FnMut() -> bool) -> Duration {
    let from = cpu::now();
    for _ in 0..times {
        black_box(call());
    }
    (cpu::now() - from) * 1000 / times
}

/// Nanoseconds, of a thousandfold.
fn nanos(thousand: Duration) -> f64 {
    thousand.as_nanos() as f64 / 1000.0
}
