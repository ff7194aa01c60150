// Package view holds what all writers of a report share: text made safe to
// show, references to evidence resolved to their places, the words and symbols
// of classes and states, clocks said in words, and the order in which phones
// are shown.
//
// In goes a *correlate.Report, or a part of it; out come strings and slices in
// the order to be shown. For example
//
//	x := view.NewIndex(r)
//	x.Ref("e12")           // "console.log:1184"
//	view.Clean("a\x1b[2J") // `a\x1b[2J`, eight harmless characters
//
// It judges nothing: which class a phone has, whether a row of the gate holds
// and what to do about it stand in the report and are only put into words.
package view
