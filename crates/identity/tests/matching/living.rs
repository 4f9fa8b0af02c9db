//! Laws 2 and 3: everything can be undone exactly, and the stream is the batch.

use crate::world::{Counts, Dice, Roots, Row, World, add, cases, constraints, generic, roots, rules, ruling, table};
use onefold_identity::matching::resolver::{Change, WhyNot};
use onefold_identity::matching::{Batch, Ground, Model, Resolver, Rules, Ruling, Word, Work};
use std::collections::BTreeSet;

fn load(world: &World, rows: &[Row], rulings: &[Ruling], model: &Model) -> Resolver {
    Resolver::load(model.clone(), table(rows, world.across), rulings, &Work::default()).unwrap()
}

fn source(world: &World, row: &Row) -> u16 {
    if world.across { row.source } else { 0 }
}

/// The changes lead from the old clusters to the new ones, and name nothing else.
fn accounts_for(old: &Roots, new: &Roots, changes: &[Change], counts: &Counts) {
    let of = |roots: &Roots| roots.values().cloned().collect::<BTreeSet<String>>();
    let (before, after) = (of(old), of(new));
    let (mut gone, mut come) = (BTreeSet::new(), BTreeSet::new());
    for change in changes {
        match change {
            Change::Begun { root } => assert!(come.insert(root.clone()) && !old.contains_key(root)),
            Change::Ended { root } => assert!(gone.insert(root.clone()) && !after.contains(root)),
            Change::Joined { root, id } => assert!(new[id] == *root && !old.contains_key(id)),
            Change::Left { root, id } => assert!(old[id] == *root && !new.contains_key(id)),
            Change::Merged { into, from } => {
                add(&counts.merges, 1);
                assert!(from.len() > 1 && from.iter().all(|root| before.contains(root)));
                gone.extend(from.iter().cloned());
                come.insert(into.clone());
            }
            Change::Split { from, into } => {
                add(&counts.splits, 1);
                assert!(into.len() > 1 && into.iter().all(|root| after.contains(root)));
                gone.insert(from.clone());
                come.extend(into.iter().cloned());
            }
            Change::Rekeyed { from, to } => {
                add(&counts.rekeys, 1);
                gone.insert(from.clone());
                come.insert(to.clone());
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(gone.is_subset(&before) && come.is_subset(&after));
    assert!(before.difference(&after).all(|root| gone.contains(root)), "a cluster went without a word");
    assert!(after.difference(&before).all(|root| come.contains(root)), "a cluster came without a word");
    // Whoever is elsewhere is accounted for.
    for (id, root) in new {
        match old.get(id) {
            Some(was) if was != root => assert!(gone.contains(was) && come.contains(root), "{id} moved in silence"),
            None => {
                let joined = Change::Joined { root: root.clone(), id: id.clone() };
                assert!(changes.contains(&joined) || changes.contains(&Change::Begun { root: root.clone() }));
            }
            _ => {}
        }
    }
}

/// Explanations agree with the clusters.
fn explains(resolver: &Resolver, roots: &Roots) {
    for (a, root) in roots {
        assert_eq!(resolver.cluster(a), Some(root.as_str()));
        let how = resolver.how(a);
        assert_eq!(how.len() + 1, resolver.members(a).len());
        for (b, other) in roots.iter().take(6) {
            let why = resolver.why(a, b);
            assert_eq!(why.is_some(), root == other);
            if let Some(path) = why.filter(|_| a != b) {
                let ends = |nth: usize| [&path[nth].a, &path[nth].b];
                assert!(ends(0).contains(&a) && ends(path.len() - 1).contains(&b));
            }
            let why_not = resolver.why_not(a, b).unwrap();
            assert_eq!(why_not == WhyNot::Together, root == other);
            let waterfall = resolver.waterfall(a, b).unwrap();
            assert_eq!(waterfall.weight, resolver.waterfall(b, a).unwrap().weight, "which is which matters");
            assert_eq!(waterfall.steps.iter().map(|step| step.weight).sum::<i32>(), waterfall.weight);
            if let WhyNot::Cut { a, b, weight, .. } = why_not {
                assert_eq!(resolver.waterfall(&a, &b).unwrap().weight, weight);
            }
        }
    }
    assert!(resolver.why("nobody", "nothing").is_none() && resolver.why_not("nobody", "nothing").is_none());
}

#[test]
fn law_3_the_resolver_equals_the_batch_after_any_history() {
    let counts = Counts::default();
    for seed in cases(300) {
        let mut dice = Dice(seed << 20 | 3);
        let Some(world) = World::new(&mut dice, &counts) else { continue };
        add(&counts.cases, 1);
        let at_once = dice.below(world.rows.len() + 1);
        let (mut rows, mut rulings) = (world.rows[..at_once].to_vec(), Vec::new());
        let mut resolver = load(&world, &rows, &rulings, &world.model);
        let mut old = roots(&resolver);
        let mut over = generic(&world.batch(&rows, &rulings, &world.model));
        let ids: Vec<String> = (0..60).map(|nth| format!("crm:{nth}")).collect();
        for _ in 0..40 {
            let changes = match dice.below(10) {
                0..4 => {
                    let id = dice.pick(&ids).clone();
                    let new = world.people.row(&mut dice, id);
                    let changes = resolver.insert(&new.id, source(&world, &new), new.cells()).unwrap();
                    rows.retain(|row| row.id != new.id);
                    rows.push(new);
                    changes
                }
                4..6 => {
                    let id = dice.pick(&ids).clone();
                    let mut new = world.people.row(&mut dice, id.clone());
                    match rows.iter_mut().find(|row| row.id == id) {
                        Some(row) => {
                            new.source = row.source;
                            *row = new.clone();
                            resolver.correct(&id, new.cells()).unwrap()
                        }
                        None => {
                            assert!(resolver.correct(&id, new.cells()).is_err());
                            Vec::new()
                        }
                    }
                }
                6..8 => {
                    let id = dice.pick(&ids).clone();
                    rows.retain(|row| row.id != id);
                    resolver.erase(&id)
                }
                8 => {
                    let ruling = ruling(&mut dice, &ids[..20]);
                    rulings.push(ruling.clone());
                    resolver.rule(&ruling)
                }
                _ => {
                    let (a, b) = (dice.pick(&ids[..20]).clone(), dice.pick(&ids[..20]).clone());
                    rulings.push(Ruling::new(&a, &b, Word::Never, 7));
                    resolver.unlink(&a, &b, 7)
                }
            };
            let answer = world.batch(&rows, &rulings, &world.model);
            let new = roots(&resolver);
            assert_eq!(new, answer.roots, "seed {seed}");
            accounts_for(&old, &new, &changes, &counts);
            counts.see(&answer, &rulings);
            let now = generic(&answer);
            add(&counts.generic_came, now.saturating_sub(over));
            add(&counts.generic_went, over.saturating_sub(now));
            (old, over) = (new, now);
        }
        explains(&resolver, &old);
    }
    counts.report("law 3", &[]);
}

#[test]
fn law_2_what_is_erased_or_ruled_equals_a_rebuild() {
    let counts = Counts::default();
    for seed in cases(150) {
        let mut dice = Dice(seed << 20 | 4);
        let Some(world) = World::new(&mut dice, &counts) else { continue };
        add(&counts.cases, 1);
        let (rows, mut rulings) = (world.rows.clone(), world.rulings.clone());
        let mut resolver = load(&world, &rows, &rulings, &world.model);
        let whole = world.batch(&rows, &rulings, &world.model);
        counts.see(&whole, &rulings);
        assert_eq!(roots(&resolver), whole.roots, "seed {seed}");
        let mut over = generic(&whole);
        for gone in rows.iter().step_by(3) {
            let rest: Vec<Row> = rows.iter().filter(|row| row.id != gone.id).cloned().collect();
            let old = roots(&resolver);
            let changes = resolver.erase(&gone.id);
            assert!(!resolver.contains(&gone.id) && resolver.values(&gone.id).is_empty());
            let without = world.batch(&rest, &rulings, &world.model);
            assert_eq!(roots(&resolver), without.roots, "seed {seed}: without {}", gone.id);
            accounts_for(&old, &without.roots, &changes, &counts);
            counts.see(&without, &rulings);
            add(&counts.generic_went, over.saturating_sub(generic(&without)));
            let changes = resolver.insert(&gone.id, source(&world, gone), gone.cells()).unwrap();
            assert_eq!(roots(&resolver), whole.roots, "seed {seed}: {} came back", gone.id);
            accounts_for(&without.roots, &whole.roots, &changes, &counts);
            over = generic(&whole);
            add(&counts.generic_came, over.saturating_sub(generic(&without)));
        }
        // The way to the clusters is the batch's too, step by step.
        for id in whole.roots.keys() {
            let how = resolver.how(id).into_iter();
            let how = how.map(|it| (it.a, it.b, it.step.ground, it.step.weight, it.step.sizes, it.step.mean));
            assert!(how.eq(whole.how(id)), "seed {seed}: {id}");
        }
        // Every cluster is told apart, then together again.
        let pairs: Vec<(String, String)> =
            whole.roots.iter().filter(|(id, root)| id != root).map(|(id, root)| (id.clone(), root.clone())).collect();
        for (a, b) in &pairs {
            resolver.unlink(a, b, 10);
            rulings.push(Ruling::new(a, b, Word::Never, 10));
            let answer = world.batch(&rows, &rulings, &world.model);
            assert_eq!(roots(&resolver), answer.roots, "seed {seed}");
            assert_ne!(resolver.cluster(a), resolver.cluster(b), "seed {seed}");
            counts.see(&answer, &rulings);
        }
        for (a, b) in &pairs {
            let ruling = Ruling::new(a, b, Word::Withdrawn, 11);
            resolver.rule(&ruling);
            rulings.push(ruling);
        }
        let answer = world.batch(&rows, &rulings, &world.model);
        assert_eq!(roots(&resolver), answer.roots, "seed {seed}");
        counts.see(&answer, &rulings);
    }
    counts.report("law 2", &[]);
}

#[test]
fn law_3_a_new_epoch_equals_a_fresh_load_and_its_diff_says_so_before() {
    let counts = Counts::default();
    for seed in cases(200) {
        let mut dice = Dice(seed << 20 | 5);
        let Some(world) = World::new(&mut dice, &counts) else { continue };
        // Other people, other rules, the same fields.
        let mut others = world.rows.clone();
        others.extend((0..30).map(|nth| world.people.row(&mut dice, format!("new:{nth}"))));
        let batch = Batch::prepare(table(&others, world.across), world.plan.clone(), &Work::default()).unwrap();
        let mut rules = rules(&mut dice, world.across);
        rules.constraints = constraints(&mut dice, world.across);
        // Roles and blocking are part of what is trained.
        rules.columns.clear();
        rules.blocking.clear();
        let model = batch.train(&[], &Work::default()).unwrap().with_threshold(*dice.pick(&[0.1, 0.5, 0.8]));
        let Ok(model) = model.with_rules(&rules) else { continue };
        add(&counts.cases, 1);

        // Rows in the order of their coming, not of their ids.
        let mut resolver = load(&world, &world.rows[..4], &world.rulings, &world.model);
        for row in &world.rows[4..] {
            let _ = resolver.insert(&row.id, source(&world, row), row.cells()).unwrap();
        }
        let (old, epoch) = (roots(&resolver), resolver.epoch());
        let told = resolver.diff(model.clone(), &Work::default()).unwrap();
        assert_eq!((roots(&resolver), resolver.epoch()), (old.clone(), epoch), "seed {seed}: a diff changes nothing");
        let changes = resolver.renew(model.clone(), &Work::default()).unwrap();
        assert_eq!(told, changes, "seed {seed}");
        assert_eq!(resolver.epoch(), model.epoch());
        let answer = world.batch(&world.rows, &world.rulings, &model);
        let new = roots(&resolver);
        assert_eq!(new, answer.roots, "seed {seed}");
        assert_eq!(new, roots(&load(&world, &world.rows, &world.rulings, &model)), "seed {seed}");
        accounts_for(&old, &new, &changes, &counts);
        counts.see(&answer, &world.rulings);
        assert_eq!(resolver.diff(model.clone(), &Work::default()).unwrap(), [], "seed {seed}: nothing is left to do");

        // It lives on under the new model.
        let mut rows = world.rows.clone();
        for row in others.iter().skip(rows.len()).take(8) {
            let _ = resolver.insert(&row.id, source(&world, row), row.cells()).unwrap();
            rows.push(row.clone());
            let gone = rows.remove(0);
            let _ = resolver.erase(&gone.id);
        }
        let answer = world.batch(&rows, &world.rulings, &model);
        assert_eq!(roots(&resolver), answer.roots, "seed {seed}");
    }
    // With the same records a root cannot change without a merge or a split.
    counts.report("law 3, epochs", &["came over the cap", "went back", "rekeys"]);
}

#[test]
fn a_probe_finds_what_an_insertion_links_and_leaves_no_trace() {
    let counts = Counts::default();
    let (mut hits, mut ruled) = (0, 0);
    for seed in cases(200) {
        let mut dice = Dice(seed << 20 | 6);
        let Some(world) = World::new(&mut dice, &counts) else { continue };
        if world.across {
            continue;
        }
        let (last, rows) = world.rows.split_last().unwrap();
        let mut resolver = load(&world, rows, &[], &world.model);
        let before = roots(&resolver);
        let all = resolver.probe(last.cells(), usize::MAX);
        assert!(all.is_sorted_by_key(|hit| (hit.ground, std::cmp::Reverse(hit.weight))));
        for most in [0, 1, 3] {
            let some = resolver.probe(last.cells(), most);
            assert_eq!(some, all[..most.min(all.len())], "seed {seed}");
        }
        assert_eq!(roots(&resolver), before);
        assert!(all.iter().all(|hit| before[&hit.id] == hit.root));
        let answer = world.batch(&world.rows, &[], &world.model);
        let name = |row: u32| answer.names[row as usize].clone();
        let linked: BTreeSet<String> = answer
            .found
            .links
            .iter()
            .filter(|link| [name(link.a), name(link.b)].contains(&last.id))
            .filter(|link| !matches!(link.cut, Some(onefold_identity::matching::Cut::Never { .. })))
            .map(|link| if name(link.a) == last.id { name(link.b) } else { name(link.a) })
            .collect();
        let found: BTreeSet<String> = all.iter().map(|hit| hit.id.clone()).collect();
        // A never of the user cuts links that a probe leaves out; it may also cut others for their clusters' sake.
        assert!(linked.is_subset(&found), "seed {seed}: {linked:?} {found:?}");
        if !has_nevers(&world.model) {
            assert_eq!(linked, found, "seed {seed}");
        }
        hits += all.len();
        ruled += all.iter().filter(|hit| hit.ground == Ground::Rule).count();
    }
    println!("probe: {hits} hits, {ruled} of them by a rule");
    assert!(hits > 0 && ruled > 0);
}

fn has_nevers(model: &Model) -> bool {
    serde_json::to_value(model).unwrap()["compounds"]["nevers"].as_array().is_some_and(|all| !all.is_empty())
}

#[test]
fn a_diff_sees_the_pairs_that_a_new_rule_links() {
    let counts = Counts::default();
    let mut seen = 0;
    for seed in cases(100) {
        let mut dice = Dice(seed << 20 | 8);
        let Some(world) = World::new(&mut dice, &counts) else { continue };
        let rules = Rules::default().link(["passport equal"], [""; 0]);
        let Ok(mut model) = world.model.clone().with_rules(&rules) else { continue };
        model.constraints.one_to_one = false;
        let mut resolver = load(&world, &world.rows, &[], &world.model);
        seen += resolver.diff(model.clone(), &Work::default()).unwrap().len();
        let _ = resolver.renew(model, &Work::default()).unwrap();
        let passport = |id: &str| {
            let value = resolver.values(id).into_iter().find(|(field, _)| *field == "passport");
            value.map_or(String::new(), |(_, value)| value.to_owned())
        };
        for a in &world.rows {
            for b in world.rows.iter().filter(|b| !passport(&b.id).is_empty() && passport(&b.id) == passport(&a.id)) {
                assert_eq!(resolver.cluster(&a.id), resolver.cluster(&b.id), "seed {seed}");
            }
        }
    }
    println!("{seen} changes by a new rule were told beforehand");
    assert!(seen > 0);
}
