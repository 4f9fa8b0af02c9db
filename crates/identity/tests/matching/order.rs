//! Law 1: order, batching and threads do not matter.

use crate::world::{Answer, Counts, Dice, Row, World, add, cases, roots, table};
use onefold_identity::matching::{Batch, Plan, Resolver, Rules, Work};

fn bytes(model: &onefold_identity::matching::Model) -> String {
    serde_json::to_string(model).unwrap()
}

/// The blocks that were too large, each with the id of its example.
fn oversize(answer: &Answer) -> Vec<(&str, u32, &str)> {
    let blocks = answer.found.oversize.iter();
    blocks.map(|it| (it.rule.as_str(), it.records, answer.names[it.example as usize].as_str())).collect()
}

#[test]
fn law_1_any_order_of_rows_gives_the_same_model_and_clusters() {
    let counts = Counts::default();
    for seed in cases(300) {
        let mut dice = Dice(seed << 20);
        let Some(world) = World::new(&mut dice, &counts) else { continue };
        add(&counts.cases, 1);
        let train = |rows: &[Row]| {
            let batch = Batch::prepare(table(rows, world.across), world.plan.clone(), &Work::default()).unwrap();
            batch.train(&[], &Work::default()).unwrap()
        };
        let (one, answer) = (train(&world.rows), world.batch(&world.rows, &world.rulings, &world.model));
        counts.see(&answer, &world.rulings);
        for _ in 0..2 {
            let (mut rows, mut rulings) = (world.rows.clone(), world.rulings.clone());
            dice.shuffle(&mut rows);
            dice.shuffle(&mut rulings);
            let two = train(&rows);
            assert_eq!(one.epoch(), two.epoch(), "seed {seed}: the epoch depends on the order");
            assert_eq!(bytes(&one), bytes(&two), "seed {seed}: the model depends on the order");
            let again: Answer = world.batch(&rows, &rulings, &world.model);
            assert_eq!(answer.roots, again.roots, "seed {seed}");
            assert_eq!(answer.links(), again.links(), "seed {seed}");
            assert_eq!(answer.found.candidate_pairs, again.found.candidate_pairs, "seed {seed}");
            assert_eq!(answer.found.blocking, again.found.blocking, "seed {seed}");
            assert_eq!(oversize(&answer), oversize(&again), "seed {seed}");
            assert_eq!(answer.merges(), again.merges(), "seed {seed}");
        }
    }
    counts.report("law 1, order", &["came over the cap", "went back", "merges", "splits", "rekeys"]);
}

/// Enough records that the training draws a sample of keys and of pairs.
#[test]
fn law_1_a_sample_does_not_depend_on_the_order() {
    let mut dice = Dice(7);
    let counts = Counts::default();
    let mut world = World::new(&mut dice, &counts).unwrap();
    world.across = false;
    world.rows.extend((0..90_000).map(|nth| world.people.row(&mut dice, format!("shop:{nth}"))));
    // Most people are rare ones.
    for (nth, row) in world.rows.iter_mut().enumerate().filter(|(nth, _)| nth % 50 != 0) {
        let person = nth / 3;
        row.cells[0] = format!("{}{}", row.cells[0], ["a", "b", "c", "d", "e"][person % 5]);
        row.cells[1] = format!("{}{}", row.cells[1], letters(person % 5_000));
        row.cells[3] = format!("{}@example.com", letters(person));
        row.cells[4] = format!("0207{:07}", person * 31 % 10_000_000);
    }
    let run = |rows: &[Row]| {
        let plan = Plan::infer(&table(rows, false), &Rules::default()).unwrap();
        let batch = Batch::prepare(table(rows, false), plan, &Work::default()).unwrap();
        bytes(&batch.train(&[], &Work::default()).unwrap())
    };
    let one = run(&world.rows);
    dice.shuffle(&mut world.rows);
    assert!(one == run(&world.rows), "the model depends on the order");
}

fn letters(mut number: usize) -> String {
    let mut text = String::new();
    loop {
        text.insert(0, char::from(b'a' + (number % 26) as u8));
        number /= 26;
        if number == 0 {
            return text;
        }
    }
}

#[test]
fn law_1_any_batching_gives_the_same_clusters() {
    let counts = Counts::default();
    for seed in cases(300) {
        let mut dice = Dice(seed << 20 | 1);
        let Some(world) = World::new(&mut dice, &counts) else { continue };
        add(&counts.cases, 1);
        let answer = world.batch(&world.rows, &world.rulings, &world.model);
        counts.see(&answer, &world.rulings);
        // Some are loaded at once, the rest comes one by one; rulings before, between and after.
        let (mut rows, mut rulings) = (world.rows.clone(), world.rulings.clone());
        dice.shuffle(&mut rows);
        dice.shuffle(&mut rulings);
        let (at_once, known) = (dice.below(rows.len() + 1), dice.below(rulings.len() + 1));
        let mut resolver = Resolver::load(
            world.model.clone(),
            table(&rows[..at_once], world.across),
            &rulings[..known],
            &Work::default(),
        )
        .unwrap();
        let mut later = rulings.split_off(known);
        for row in &rows[at_once..] {
            if dice.one_in(4)
                && let Some(ruling) = later.pop()
            {
                let _ = resolver.rule(&ruling);
            }
            let source = if world.across { row.source } else { 0 };
            let _ = resolver.insert(&row.id, source, row.cells()).unwrap();
        }
        for ruling in later {
            let _ = resolver.rule(&ruling);
        }
        assert_eq!(answer.roots, roots(&resolver), "seed {seed}");
        for row in &world.rows {
            let source = if world.across { row.source } else { 0 };
            let changes = resolver.insert(&row.id, source, row.cells()).unwrap();
            assert_eq!(changes, [], "seed {seed}: a duplicate changes nothing");
        }
        assert_eq!(answer.roots, roots(&resolver), "seed {seed}");
    }
    counts.report("law 1, batching", &["came over the cap", "went back", "merges", "splits", "rekeys"]);
}

#[cfg(feature = "parallel")]
#[test]
fn law_1_any_number_of_threads_gives_the_same_bytes() {
    let pools: Vec<rayon::ThreadPool> =
        [1, 2, 4].into_iter().map(|many| rayon::ThreadPoolBuilder::new().num_threads(many).build().unwrap()).collect();
    let counts = Counts::default();
    let mut seen = 0;
    for seed in cases(60) {
        let mut dice = Dice(seed << 20 | 2);
        let Some(mut world) = World::new(&mut dice, &counts) else { continue };
        // Now and then enough records for several pieces of work.
        if seed % 20 == 0 {
            world.rows.extend((0..9_000).map(|nth| world.people.row(&mut dice, format!("shop:{nth}"))));
        }
        let run = |work: &Work<'_>| {
            let batch = Batch::prepare(table(&world.rows, world.across), world.plan.clone(), work).unwrap();
            let model = batch.train(&[], work).unwrap();
            let found = batch.resolve(&model, &world.rulings, work).unwrap();
            (bytes(&model), format!("{found:?}"))
        };
        let one = run(&Work::default());
        for pool in &pools {
            assert!(one == run(&Work::default().pool(pool)), "seed {seed}: threads matter");
        }
        seen += 1;
    }
    println!("law 1, threads: {seen} worlds on 1, 2 and 4 threads");
    assert!(seen > 0);
}
