//! A page of the site.

use super::markdown::escape;

/// What is shown on a page, and where it is.
pub(super) struct Page {
    /// Its path in the site.
    pub(super) path: String,
    /// What it is called.
    pub(super) title: String,
    /// What it shows, in HTML, without the heading.
    pub(super) body: String,
    /// Its words, for the search.
    pub(super) words: String,
}

impl Page {
    /// The whole page. `contents` are path and title of the pages that every page leads to.
    pub(super) fn html(&self, contents: &[(String, String)]) -> String {
        let up = "../".repeat(self.path.matches('/').count());
        let mut entries = String::new();
        for (path, title) in contents {
            let here = if *path == self.path { " aria-current=\"page\"" } else { "" };
            entries.push_str(&format!("<li><a href=\"{up}{path}\"{here}>{}</a></li>\n", escape(title)));
        }
        let title = escape(&self.title);
        format!(
            "<!doctype html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<title>{title} - tightlip</title>
<link rel=\"stylesheet\" href=\"{up}style.css\">
<script defer src=\"{up}search-index.js\"></script>
<script defer src=\"{up}search.js\"></script>
</head>
<body data-up=\"{up}\">
<nav>
<a class=\"home\" href=\"{up}index.html\">tightlip</a>
<input type=\"search\" placeholder=\"Search\" aria-label=\"Search\">
<ol id=\"found\" hidden></ol>
<ul>
{entries}</ul>
</nav>
<main>
<h1>{title}</h1>
{body}
</main>
</body>
</html>
",
            body = self.body
        )
    }
}
