//! `:name` in our SQL texts to `$1` of PostgreSQL's.

/// A statement in PostgreSQL's form, and what stands behind its `$1`, `$2` ...: the names, each with its colon.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Numbered<'a> {
    pub(super) sql: String,
    pub(super) names: Vec<&'a str>,
}

/// Numbers the names in order of their first appearance. Text in quotes, comments and `::` casts are left alone.
pub(super) fn number(sql: &str) -> Numbered<'_> {
    let mut numbered = Numbered { sql: String::with_capacity(sql.len()), names: Vec::new() };
    let mut rest = sql;
    while let Some(letter) = rest.chars().next() {
        let length = match letter {
            '\'' | '"' => 1 + through(rest, 1, letter),
            '-' if rest.starts_with("--") => through(rest, 0, '\n'),
            ':' if rest.starts_with("::") => 2,
            ':' => {
                let name_length = name_length(rest);
                if name_length > 1 {
                    let (name, behind) = rest.split_at(name_length);
                    let known = numbered.names.iter().position(|other| *other == name);
                    let index = known.unwrap_or_else(|| {
                        numbered.names.push(name);
                        numbered.names.len() - 1
                    });
                    numbered.sql.push('$');
                    numbered.sql.push_str(&(index + 1).to_string());
                    rest = behind;
                    continue;
                }
                1
            }
            other => other.len_utf8(),
        };
        let (kept, behind) = rest.split_at_checked(length).unwrap_or((rest, ""));
        numbered.sql.push_str(kept);
        rest = behind;
    }
    numbered
}

/// The length of the text behind the first `skip` bytes, up to and with `end`. A doubled quote ends one text and begins
/// the next at once, which comes to the same.
fn through(text: &str, skip: usize, end: char) -> usize {
    let text = text.get(skip..).unwrap_or_default();
    text.find(end).map_or(text.len(), |at| at + end.len_utf8())
}

/// The length of a colon and the name behind it.
fn name_length(text: &str) -> usize {
    let name = text.bytes().skip(1).take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
    1 + name
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_numbered_once_each() {
        let numbered = number("SELECT a FROM t WHERE a = :a AND b > :b_2 OR c = :a");
        assert_eq!(numbered.sql, "SELECT a FROM t WHERE a = $1 AND b > $2 OR c = $1");
        assert_eq!(numbered.names, [":a", ":b_2"]);
    }

    #[test]
    fn quotes_comments_and_casts_are_left_alone() {
        for sql in
            ["SELECT ':a''b:c'", "SELECT \":a\"", "SELECT 1 -- :a", "SELECT x::bigint", "SELECT ':a", "a : b"]
        {
            assert_eq!(number(sql), Numbered { sql: sql.into(), names: vec![] });
        }
        let numbered = number("SELECT 'x:y', :z -- :c\n, :z::text");
        assert_eq!(numbered.sql, "SELECT 'x:y', $1 -- :c\n, $1::text");
    }

    proptest! {
        #[test]
        fn any_text_is_survived(sql in "[a:é'\"\\-\n ]{0,40}") {
            let numbered = number(&sql);
            for name in numbered.names {
                prop_assert!(sql.contains(name));
            }
        }
    }
}
