//! Pairs of names: of a file of persons, or drawn from a seed.

/// A million pairs and more, laid out one after the other, so that no measurement is one of the cache.
pub struct Pairs {
    text: String,
    /// The ends of each pair's names in the text.
    ends: Vec<(u32, u32)>,
}

impl Pairs {
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut from = 0;
        self.ends.iter().map(move |&(first, second)| {
            let (first, second) = (first as usize, second as usize);
            let pair = (&self.text[from..first], &self.text[first..second]);
            from = second;
            pair
        })
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    fn new<'a>(pairs: impl Iterator<Item = (&'a str, String)>) -> Self {
        let (mut text, mut ends) = (String::new(), Vec::new());
        for (a, b) in pairs {
            text.push_str(a);
            let first = text.len() as u32;
            text.push_str(&b);
            ends.push((first, text.len() as u32));
        }
        Self { text, ends }
    }

    /// Any two names: what is compared when a block is wide.
    pub fn random(names: &[String], count: usize, seed: u64) -> Self {
        let mut dice = Dice(seed);
        Self::new((0..count).map(|_| (dice.pick(names), dice.pick(names).to_owned())))
    }

    /// A name and the same with one slip of the pen: what is compared when a block is narrow.
    pub fn alike(names: &[String], count: usize, seed: u64) -> Self {
        let mut dice = Dice(seed);
        Self::new((0..count).map(|_| {
            let name = dice.pick(names);
            (name, dice.slip(name))
        }))
    }
}

/// Numbers without a pattern, the same for the same seed (xorshift).
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }

    pub fn pick<'a>(&mut self, names: &'a [String]) -> &'a str {
        &names[self.below(names.len())]
    }

    pub fn slip(&mut self, name: &str) -> String {
        let mut letters = name.as_bytes().to_vec();
        let at = self.below(letters.len());
        let letter = b'a' + self.below(26) as u8;
        match self.below(4) {
            0 => letters.insert(at, letter),
            1 => drop(letters.remove(at)),
            2 if at > 0 => letters.swap(at - 1, at),
            _ => letters[at] = letter,
        }
        String::from_utf8(letters).expect("the names are ASCII")
    }
}

/// The ASCII first and last names of the file that `ONEFOLD_PERSONS` names, or some of syllables.
pub fn names() -> Vec<String> {
    match std::env::var("ONEFOLD_PERSONS") {
        Ok(path) => {
            let text = std::fs::read_to_string(&path).expect("ONEFOLD_PERSONS is a readable file");
            let cells = text.lines().skip(1).flat_map(|line| line.split(',').skip(1).take(2));
            cells.filter(|it| !it.is_empty() && it.is_ascii()).map(str::to_owned).collect()
        }
        Err(_) => {
            let syllables = "a an ber car da el fred ger ha i jo ka lo ma nor o pe ri son ste ton va wil xa y ze";
            let syllables: Vec<String> = syllables.split(' ').map(str::to_owned).collect();
            let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
            (0..100_000).map(|_| (0..2 + dice.below(3)).map(|_| dice.pick(&syllables)).collect()).collect()
        }
    }
}
