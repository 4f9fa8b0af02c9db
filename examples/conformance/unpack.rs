//! The judge's own unpacking of gzip (RFC 1952) and DEFLATE (RFC 1951): slow and plain, bit by bit. What a member says of
//! its contents, their checksum and length, must be true.

/// No body unpacks to more than this.
const LARGEST: usize = 64 << 20;

/// The bytes of a body, unpacked where they are packed. The bytes tell, not what anybody says of them.
pub fn unpack(body: &[u8]) -> Result<Vec<u8>, String> {
    if !body.starts_with(b"\x1f\x8b") {
        return Ok(body.to_vec());
    }
    let mut out = Vec::new();
    let mut rest = body;
    while !rest.is_empty() {
        rest = member(rest, &mut out).ok_or("the packed body is damaged")?;
    }
    Ok(out)
}

/// One member of a gzip file; what follows it is returned.
fn member<'a>(bytes: &'a [u8], out: &mut Vec<u8>) -> Option<&'a [u8]> {
    let flags = *bytes.get(3).filter(|_| bytes.starts_with(b"\x1f\x8b\x08"))?;
    let mut rest = bytes.get(10..)?;
    if flags & 4 != 0 {
        let length = usize::from(*rest.first()?) | usize::from(*rest.get(1)?) << 8;
        rest = rest.get(2 + length..)?;
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            let end = rest.iter().position(|byte| *byte == 0)?;
            rest = rest.get(end + 1..)?;
        }
    }
    if flags & 2 != 0 {
        rest = rest.get(2..)?;
    }
    let from = out.len();
    let mut bits = Bits { bytes: rest, at: 0, bit: 0 };
    inflate(&mut bits, from, out)?;
    let end = bits.at + usize::from(bits.bit > 0);
    let word = |at: usize| Some(u32::from_le_bytes(rest.get(at..at + 4)?.try_into().ok()?));
    let (sum, size) = (word(end)?, word(end + 4)?);
    let contents = out.get(from..)?;
    (sum == crc32(contents) && size as usize == contents.len() & 0xffff_ffff).then_some(rest.get(end + 8..)?)
}

/// The checksum of RFC 1952, section 8: the remainder by the polynomial 0xedb88320, lowest bit first.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| sum >> 1 ^ if sum & 1 == 1 { 0xedb8_8320 } else { 0 })
    })
}

struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    bit: u8,
}

impl Bits<'_> {
    fn one(&mut self) -> Option<u32> {
        let bit = self.bytes.get(self.at)? >> self.bit & 1;
        self.bit += 1;
        if self.bit == 8 {
            (self.at, self.bit) = (self.at + 1, 0);
        }
        Some(bit.into())
    }

    fn take(&mut self, count: u32) -> Option<u32> {
        (0..count).try_fold(0, |value, nth| Some(value | self.one()? << nth))
    }
}

/// A canonical Huffman code: how many codes of each length there are, and their symbols in order.
struct Code {
    counts: [u32; 16],
    symbols: Vec<u32>,
}

impl Code {
    fn of(lengths: &[u8]) -> Self {
        let mut counts = [0; 16];
        let mut order: Vec<(u8, u32)> =
            (0..).zip(lengths).filter(|(_, length)| **length > 0).map(|(symbol, length)| (*length, symbol)).collect();
        order.sort_unstable();
        for (length, _) in &order {
            counts[usize::from(*length)] += 1;
        }
        Self { counts, symbols: order.into_iter().map(|(_, symbol)| symbol).collect() }
    }

    fn next(&self, bits: &mut Bits<'_>) -> Option<u32> {
        let (mut code, mut first, mut index) = (0_u32, 0_u32, 0_u32);
        for count in &self.counts[1..] {
            code |= bits.one()?;
            if code < first + count {
                return self.symbols.get((index + code - first) as usize).copied();
            }
            index += count;
            first = (first + count) << 1;
            code <<= 1;
        }
        None
    }
}

fn inflate(bits: &mut Bits<'_>, from: usize, out: &mut Vec<u8>) -> Option<()> {
    loop {
        let last = bits.one()? == 1;
        match bits.take(2)? {
            0 => {
                if bits.bit > 0 {
                    (bits.at, bits.bit) = (bits.at + 1, 0);
                }
                let length = bits.take(16)?;
                if bits.take(16)? != !length & 0xffff {
                    return None;
                }
                out.extend(bits.bytes.get(bits.at..bits.at + length as usize)?);
                bits.at += length as usize;
            }
            1 => {
                let mut lengths = [8_u8; 288];
                lengths[144..256].fill(9);
                lengths[256..280].fill(7);
                block(bits, &Code::of(&lengths), &Code::of(&[5; 30]), from, out)?;
            }
            2 => {
                let (literals, distances) = (bits.take(5)? as usize + 257, bits.take(5)? as usize + 1);
                let count = bits.take(4)? as usize + 4;
                let mut lengths = [0_u8; 19];
                for place in [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15].iter().take(count) {
                    lengths[*place] = bits.take(3)? as u8;
                }
                let code = Code::of(&lengths);
                let mut lengths: Vec<u8> = Vec::new();
                while lengths.len() < literals + distances {
                    let (value, times) = match code.next(bits)? {
                        16 => (*lengths.last()?, 3 + bits.take(2)?),
                        17 => (0, 3 + bits.take(3)?),
                        18 => (0, 11 + bits.take(7)?),
                        length => (length as u8, 1),
                    };
                    lengths.extend((0..times).map(|_| value));
                }
                let distances = lengths.get(literals..literals + distances)?.to_vec();
                block(bits, &Code::of(&lengths[..literals]), &Code::of(&distances), from, out)?;
            }
            _ => return None,
        }
        if last {
            return Some(());
        }
    }
}

fn block(bits: &mut Bits<'_>, literals: &Code, distances: &Code, from: usize, out: &mut Vec<u8>) -> Option<()> {
    loop {
        match literals.next(bits)? {
            byte @ 0..256 => out.push(byte as u8),
            256 => return Some(()),
            symbol => {
                let length = match symbol {
                    257..265 => symbol - 254,
                    265..285 => {
                        let extra = (symbol - 261) / 4;
                        (((symbol - 265) % 4 + 4) << extra) + 3 + bits.take(extra)?
                    }
                    285 => 258,
                    _ => return None,
                };
                let back = match distances.next(bits)? {
                    symbol @ 0..4 => symbol + 1,
                    symbol @ 4..30 => {
                        let extra = symbol / 2 - 1;
                        ((symbol % 2 + 2) << extra) + 1 + bits.take(extra)?
                    }
                    _ => return None,
                };
                let start = out.len().checked_sub(back as usize).filter(|start| *start >= from)?;
                for nth in 0..length as usize {
                    out.push(out[start + nth]);
                }
            }
        }
        if out.len() > LARGEST {
            return None;
        }
    }
}
