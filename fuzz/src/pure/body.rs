//! Bodies of presentations, as the editor sends them.

use domain::body::{Body, MAX_BYTES, MAX_ELEMENTS, MAX_PAGE_MS, MAX_PAGES, MAX_SIDE};

/// What is accepted is within the bounds, and its canonical text, by which it is stored, reads as the same and is canonical.
pub(super) fn run(data: &[u8]) {
    let text = super::text(data);
    let Ok(body) = Body::parse(&text) else { return };
    assert!(text.len() <= MAX_BYTES);
    assert!((1..=MAX_SIDE).contains(&body.canvas.width) && (1..=MAX_SIDE).contains(&body.canvas.height));
    assert!(body.pages.len() <= MAX_PAGES);
    for page in &body.pages {
        assert!((1..=MAX_PAGE_MS).contains(&page.duration_ms) && page.elements.len() <= MAX_ELEMENTS);
    }
    assert_eq!(body.summaries().len(), body.pages.len());
    assert!(body.media().is_sorted());
    let canonical = body.canonical();
    let again = Body::parse(&canonical).expect("what was accepted once is accepted again");
    assert_eq!(again, body);
    assert_eq!(again.canonical(), canonical);
}
