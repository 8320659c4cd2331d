//! Security descriptors, as far as the question needs them: who is allowed (MS-DTYP 2.4.2, 2.4.4.2, 2.4.5 and 2.4.6).

/// The SIDs to which a descriptor allows something, without doubles; nothing where it is damaged.
///
/// A descriptor without a list of rights allows everybody: that is the SID `S-1-1-0`.
#[must_use]
pub fn allowed(descriptor: &[u8]) -> Option<Vec<Vec<u8>>> {
    const LIST_PRESENT: u16 = 0x4;
    const ALLOWED: u8 = 0;
    const EVERYBODY: [u8; 12] = [1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0];
    let control = word(descriptor, 2)?;
    let list = usize::try_from(long(descriptor, 16)?).ok()?;
    if control & LIST_PRESENT == 0 || list == 0 {
        return Some(vec![EVERYBODY.to_vec()]);
    }
    let count = word(descriptor, list.checked_add(4)?)?;
    let mut at = list.checked_add(8)?;
    let mut sids: Vec<Vec<u8>> = Vec::new();
    for _ in 0..count {
        let kind = *descriptor.get(at)?;
        let size = usize::from(word(descriptor, at.checked_add(2)?)?);
        let entry = descriptor.get(at..at.checked_add(size)?)?;
        // Kind, flags, size and the rights come before the SID.
        if kind == ALLOWED {
            let sid = sid(entry.get(8..)?)?.to_vec();
            if !sids.contains(&sid) {
                sids.push(sid);
            }
        }
        // An entry that says it has no size would be read for ever.
        at = at.checked_add(size.max(4))?;
    }
    Some(sids)
}

/// The SID as a person reads it: `S-1-5-32-544`.
#[must_use]
pub fn sid_text(sid: &[u8]) -> String {
    let Some(head) = sid.get(..8) else { return "a damaged SID".to_owned() };
    let authority = head[2..].iter().fold(0_u64, |sum, it| sum << 8 | u64::from(*it));
    let parts = sid[8..].chunks_exact(4).map(|it| u32::from_le_bytes([it[0], it[1], it[2], it[3]]));
    let parts: String = parts.map(|it| format!("-{it}")).collect();
    format!("S-{}-{authority}{parts}", head[0])
}

/// The SID at the beginning of the bytes: revision, number of parts, authority, parts.
fn sid(bytes: &[u8]) -> Option<&[u8]> {
    let parts = usize::from(*bytes.get(1)?);
    bytes.get(..8 + parts * 4)
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes([bytes[0], bytes[1]]))
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}
