/// A page of the catalogue without its front matter.
pub fn page_body(page: &str) -> &str {
    let Some(rest) = page.strip_prefix("+++") else {
        return page.trim();
    };
    match rest.find("\n+++") {
        Some(end) => rest[end + "\n+++".len()..].trim(),
        None => page.trim(),
    }
}

/// The first paragraph of a page that is no heading.
pub(crate) fn first_paragraph(page: &str) -> Option<String> {
    let body = page_body(page).replace("\r\n", "\n");
    let paragraph =
        body.split("\n\n").map(str::trim).find(|part| !part.is_empty() && !part.starts_with('#'))?;
    Some(paragraph.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "+++\ncode = \"TL101\"\n+++\n\n## What it does\n\nFinds\ntext.\n\nMore.\n";

    #[test]
    fn front_matter_is_left_out() {
        assert!(page_body(PAGE).starts_with("## What it does"));
        assert_eq!(page_body("plain\n"), "plain");
    }

    #[test]
    fn the_first_paragraph_is_one_line() {
        assert_eq!(first_paragraph(PAGE).as_deref(), Some("Finds text."));
        assert_eq!(first_paragraph("# heading"), None);
    }
}
