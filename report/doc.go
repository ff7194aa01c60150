// Package report writes what trustline found: a *correlate.Report goes in, and
// text for a terminal, JSON, Markdown or CSV comes out; package report/html
// writes the page. For example
//
//	err := report.Terminal(os.Stdout, r, report.Options{Width: 100, Color: true})
//
// All writers render the same model, and every finding of a report appears in
// every form but CSV, which names one cause and one action for each phone. The
// output depends on the report and the options alone: no clock, no environment,
// no random order, so two runs give the same bytes.
//
// Text in a report comes from captures, logs and file names and is hostile
// until shown otherwise. It passes through Clean on its way out: nothing of it
// is left that a terminal, a browser, a Markdown viewer or a spreadsheet would
// act upon. JSON keeps every character, but writes those as escapes.
//
// What the package does not do: judge, reorder evidence, redact (package redact
// makes one report of another, before any writer sees it), or know any decoder.
package report

import "trustline/report/internal/view"

// Clean makes text from an input visible and harmless, in one line: control
// characters, line breaks, characters that reorder or hide text, and bytes that
// are no UTF-8 become the escapes of Go (\n, \x1b, \u202e). Everything that is
// printed for people passes through it.
func Clean(s string) string { return view.Clean(s) }
