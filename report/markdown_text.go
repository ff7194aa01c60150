package report

import (
	"regexp"
	"strings"

	"trustline/report/internal/view"
)

// mdEscape holds the characters that Markdown acts upon inside a line. HTML's
// own become entities, which also old viewers know.
var mdEscape = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "|", `\|`, "~", `\~`,
	"<", "&lt;", ">", "&gt;", "&", "&amp;", "$", `\$`, "://", `\://`, "@", "&#64;",
)

// mdStart and mdNumber match what begins a block: a heading, a list, a rule.
var (
	mdStart  = regexp.MustCompile(`^[#+=-]`)
	mdNumber = regexp.MustCompile(`^([0-9]{1,9})([.)])( |$)`)
)

// md makes a text from the report harmless in running Markdown: cleaned, cut,
// and with everything escaped that a viewer would act upon. Bare links are
// broken up too, so that a viewer makes none.
func md(s string) string { return mdClip(s, view.MaxText) }

// mdClip is md for a line that has to stay short. The text is cut before it is
// escaped, so that no escape is cut in two.
func mdClip(s string, max int) string {
	s = strings.TrimSpace(mdEscape.Replace(view.Clip(s, max)))
	s = mdStart.ReplaceAllString(s, `\$0`)
	return mdNumber.ReplaceAllString(s, `$1\$2$3`)
}

// code shows a text as it is, in a code span.
func code(s string) string {
	s = view.Text(s)
	if s == "" {
		return ""
	}
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if len(fence) > 1 || strings.TrimSpace(s) != s {
		s = " " + s + " "
	}
	return fence + s + fence
}

// cellCode is code within a table, where a bar would end the cell.
func cellCode(s string) string { return strings.ReplaceAll(code(s), "|", `\|`) }
