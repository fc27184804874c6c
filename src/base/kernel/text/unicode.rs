//! What a character does on the screen, by the properties that Unicode gives it.

use icu_properties::props::{DefaultIgnorableCodePoint, ExtendedPictographic, GeneralCategory, GraphemeClusterBreak};
use icu_properties::{CodePointMapData, CodePointSetData};

/// Joins two emoji into one picture.
pub(super) const JOINER: char = '\u{200D}';
/// Asks for the coloured picture of the character before it.
pub(super) const EMOJI_STYLE: char = '\u{FE0F}';
/// Draws a key around the digit before it.
pub(super) const KEYCAP: char = '\u{20E3}';

/// What a character does to the line it stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Ends the line.
    Break,
    /// Leaves a gap.
    Gap,
    /// Is drawn over the character before it.
    Mark,
    /// Cannot be seen, but has an effect inside emoji: [`JOINER`] and [`EMOJI_STYLE`].
    Glue,
    /// Cannot be seen, or only turns its neighbours around.
    Hidden,
    /// Is a character of its own.
    Visible,
}

/// What `character` does to the line it stands in.
pub(super) fn effect(character: char) -> Effect {
    match character {
        '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Effect::Break,
        JOINER | EMOJI_STYLE => Effect::Glue,
        // The empty Braille cell is a gap in all but name.
        '\u{2800}' => Effect::Gap,
        // A place holder for an object that is not there, and a note without a head.
        '\u{FFFC}' | '\u{1D159}' => Effect::Hidden,
        _ if character.is_whitespace() => Effect::Gap,
        _ if is_noncharacter(character) || is_ignorable(character) => Effect::Hidden,
        _ => match CodePointMapData::<GeneralCategory>::new().get(character) {
            GeneralCategory::Control | GeneralCategory::Format => Effect::Hidden,
            GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark => Effect::Mark,
            _ => Effect::Visible,
        },
    }
}

/// True for emoji and other pictures; false for the digits, which are emoji only inside a key.
pub(super) fn is_picture(character: char) -> bool {
    CodePointSetData::new::<ExtendedPictographic>().contains(character)
}

/// True for the five characters that give an emoji its skin colour.
pub(super) fn is_skin_tone(character: char) -> bool {
    matches!(character, '\u{1F3FB}'..='\u{1F3FF}')
}

/// True for the letters that make a flag in pairs.
pub(super) fn is_flag_letter(character: char) -> bool {
    matches!(character, '\u{1F1E6}'..='\u{1F1FF}')
}

/// True when `character` belongs to what stands before it, so that a cut between them would show.
pub(super) fn continues_cluster(character: char) -> bool {
    matches!(
        CodePointMapData::<GraphemeClusterBreak>::new().get(character),
        GraphemeClusterBreak::Extend | GraphemeClusterBreak::SpacingMark | GraphemeClusterBreak::ZWJ
    )
}

fn is_ignorable(character: char) -> bool {
    CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character)
}

fn is_noncharacter(character: char) -> bool {
    let code = u32::from(character);
    matches!(code, 0xFDD0..=0xFDEF) || code & 0xFFFE == 0xFFFE
}
