//! Lines of a shell: the commands in them, and the variables that they set.

use crate::facts::{Command, Facts, Variable};
use crate::lines::{joined_lines, span};
use crate::variables::{is_name, value};

/// A line within a line within a line is not looked into.
const DEEPEST: usize = 4;
/// Programs that run the command behind them.
const RUNNERS: &[&str] =
    &["exec", "nohup", "time", "command", "sudo", "dumb-init", "tini", "tini-static", "env", "nice"];
/// Programs that run the line they are given behind `-c`.
const SHELLS: &[&str] = &["sh", "bash", "ash", "dash", "zsh"];

/// A word and where it stands.
#[derive(Debug)]
struct Word {
    text: String,
    start: usize,
    end: usize,
}

/// Everything in a script, line by line.
pub(crate) fn read_script(text: &str) -> Facts {
    let mut facts = Facts::default();
    for line in joined_lines(text, false) {
        facts.extend(read_line(line.text, line.start));
    }
    facts
}

/// The commands of a line that starts at `base`, and the variables that it sets.
pub(crate) fn read_line(text: &str, base: usize) -> Facts {
    let mut facts = Facts::default();
    for words in simple_commands(text) {
        add_command(words, base, &mut facts, 0);
    }
    facts
}

/// A command that is given as a list of words; all of it stands at `place`.
pub(crate) fn read_words(words: &[String], place: tightlip_ir::Span) -> Facts {
    let mut facts = Facts::default();
    let words = words.iter().map(|text| Word { text: text.clone(), start: 0, end: 0 }).collect();
    add_command(words, 0, &mut facts, 0);
    facts.commands.iter_mut().for_each(|command| command.span = place);
    facts.variables.iter_mut().for_each(|variable| variable.span = place);
    facts
}

/// Reads one command: takes off variables and runners in front, and looks into lines that shells are given.
fn add_command(words: Vec<Word>, base: usize, facts: &mut Facts, depth: usize) {
    let mut rest = words.as_slice();
    while let [first, behind @ ..] = rest {
        if let Some((name, given)) = first.text.split_once('=').filter(|(name, _)| is_name(name)) {
            facts.variables.push(Variable {
                name: name.to_owned(),
                value: value(given),
                span: span(base, first.start, first.end),
                part: None,
            });
        } else if !is_runner(&first.text, behind) {
            break;
        }
        rest = behind;
        // Options of a runner, as `-g --` of an init, are none of the command.
        while is_runner(&first.text, behind) && rest.first().is_some_and(|word| word.text.starts_with('-')) {
            rest = &rest[1..];
        }
    }
    let [program, .., last] = rest else {
        if let [only] = rest {
            push(&[only], base, facts);
        }
        return;
    };
    let line = rest.iter().position(|word| is_line_option(&word.text)).and_then(|place| rest.get(place + 1));
    match line.filter(|_| SHELLS.contains(&name_of(&program.text))) {
        Some(line) if depth < DEEPEST => {
            // Its place is that of the word: quotes make places inside uncertain.
            for words in simple_commands(&line.text) {
                let words = words.into_iter().map(|word| Word { start: line.start, end: last.end, ..word });
                add_command(words.collect(), base, facts, depth + 1);
            }
        }
        _ => push(&rest.iter().collect::<Vec<_>>(), base, facts),
    }
}

fn push(words: &[&Word], base: usize, facts: &mut Facts) {
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return };
    if matches!(first.text.as_str(), "export" | "declare" | "set" | "setenv") {
        for word in &words[1..] {
            if let Some((name, given)) = word.text.split_once('=').filter(|(name, _)| is_name(name)) {
                facts.variables.push(Variable {
                    name: name.to_owned(),
                    value: value(given),
                    span: span(base, word.start, word.end),
                    part: None,
                });
            }
        }
        return;
    }
    facts.commands.push(Command {
        arguments: words.iter().map(|word| word.text.clone()).collect(),
        span: span(base, first.start, last.end),
        part: None,
    });
}

fn is_runner(word: &str, behind: &[Word]) -> bool {
    !behind.is_empty() && RUNNERS.contains(&name_of(word))
}

/// `-c`, `-lc`, `-euc`.
fn is_line_option(word: &str) -> bool {
    word.len() <= 4 && word.starts_with('-') && word.ends_with('c') && !word.starts_with("--")
}

/// The name of a program without its folders.
fn name_of(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or(program)
}

/// The words of each command in a line.
fn simple_commands(text: &str) -> Vec<Vec<Word>> {
    let mut commands = Vec::new();
    let mut current: Vec<Word> = Vec::new();
    let mut word: Option<Word> = None;
    let mut characters = text.char_indices().peekable();
    while let Some((place, character)) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some((_, '\n')) | None => {}
                Some((next, '\r')) => drop(characters.next_if(|(after, _)| *after == next + 1)),
                Some((next, escaped)) => grow(&mut word, place, next + escaped.len_utf8(), escaped),
            },
            '"' | '\'' => {
                let known =
                    word.get_or_insert_with(|| Word { text: String::new(), start: place, end: place });
                while let Some((next, inner)) = characters.next() {
                    known.end = next + inner.len_utf8();
                    match inner {
                        inner if inner == character => break,
                        '\\' if character == '"' => {
                            if let Some((_, escaped)) = characters.next() {
                                known.text.push(escaped);
                            }
                        }
                        inner => known.text.push(inner),
                    }
                }
            }
            '$' if characters.peek().is_some_and(|(_, next)| *next == '{') => {
                // Blanks in `${NAME:-a b}` are part of it.
                let mut end = '$';
                grow(&mut word, place, place + 1, '$');
                while end != '}' {
                    let Some((next, inner)) = characters.next() else { break };
                    grow(&mut word, place, next + inner.len_utf8(), inner);
                    end = inner;
                }
            }
            '#' if word.is_none() => {
                characters.by_ref().take_while(|(_, skipped)| *skipped != '\n').for_each(drop);
                current.extend(word.take());
                finish(&mut commands, &mut current);
            }
            ' ' | '\t' | '\r' => current.extend(word.take()),
            '\n' | ';' | '&' | '|' | '(' | ')' => {
                current.extend(word.take());
                finish(&mut commands, &mut current);
            }
            other => grow(&mut word, place, place + other.len_utf8(), other),
        }
    }
    current.extend(word);
    finish(&mut commands, &mut current);
    commands
}

fn grow(word: &mut Option<Word>, start: usize, end: usize, character: char) {
    let word = word.get_or_insert_with(|| Word { text: String::new(), start, end });
    word.text.push(character);
    word.end = end;
}

fn finish(commands: &mut Vec<Vec<Word>>, current: &mut Vec<Word>) {
    // Words of the language itself, as in `if test; then run; fi`, stand before commands.
    const KEYWORDS: &[&str] = &["if", "then", "else", "elif", "fi", "do", "done", "while", "!", "{", "}"];
    while current.first().is_some_and(|first| KEYWORDS.contains(&first.text.as_str())) {
        current.remove(0);
    }
    if !current.is_empty() {
        commands.push(std::mem::take(current));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Commands with `|` between their words, variables as `NAME=value`.
    fn shown(text: &str) -> Vec<String> {
        let facts = read_line(text, 0);
        let variables = facts
            .variables
            .iter()
            .map(|variable| format!("{}={}", variable.name, variable.value.as_deref().unwrap_or("?")));
        variables.chain(facts.commands.iter().map(|command| command.arguments.join("|"))).collect()
    }

    #[test]
    fn commands_are_taken_apart() {
        assert_eq!(shown("a -b 'c d' && e; f | g # h"), ["a|-b|c d", "e", "f", "g"]);
        assert_eq!(shown("A=1 B=\"x y\" exec run --now"), ["A=1", "B=x y", "run|--now"]);
        assert_eq!(shown("export A=1; run"), ["A=1", "run"]);
        assert_eq!(shown("env A=$B python app.py"), ["A=?", "python|app.py"]);
        assert_eq!(shown("tini -g -- /bin/sh -c 'A=${X:-1} run me && go'"), ["A=1", "run|me", "go"]);
        assert_eq!(shown("a \\\n  b"), ["a|b"]);
        assert_eq!(shown("if test; then run; fi"), ["test", "run"]);
    }

    #[test]
    fn places_are_those_of_the_file() {
        let text = "A=1 run 'me now'";
        let facts = read_line(text, 0);
        let part = |span: tightlip_ir::Span| &text[span.start as usize..span.end as usize];
        assert_eq!(part(facts.variables[0].span), "A=1");
        assert_eq!(part(facts.commands[0].span), "run 'me now'");
    }

    #[test]
    fn what_is_not_closed_is_read_to_the_end() {
        assert_eq!(shown("a 'b"), ["a|b"]);
        assert_eq!(shown("a ${b"), ["a|${b"]);
        assert_eq!(shown("sh -c"), ["sh|-c"]);
        assert_eq!(shown("exec"), ["exec"]);
    }
}
