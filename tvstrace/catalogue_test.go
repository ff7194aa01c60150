package tvstrace

import (
	"strings"
	"testing"

	"trustline/phonelog/catalogue"
	"trustline/phonelog/catalogue/cataloguetest"
)

func TestCatalogue(t *testing.T) { cataloguetest.Samples(t, book()) }

func TestPerturbed(t *testing.T) {
	// The bare name of the function is printed too, when it begins.
	cataloguetest.Perturb(t, book(), map[string]bool{
		"tvs_query_subject > tvs_query_cert_req": true,
		"tvs_query_issuer > tvs_query_cert_req":  true,
		"tvs_query_serial > tvs_query_cert_req":  true,
		"etoken > tvs_query_cert_req":            true,
		"ignore > tvs_query_cert_req":            true,
	})
}

// entryOf is the entry that a message goes to, nil for none.
func entryOf(msg string) *catalogue.Entry {
	var m catalogue.Match
	if !book().Match([]byte(msg), &m) {
		return nil
	}
	return m.Entry
}

// open tells that a pattern takes any text at the end of a sample: what stands
// behind such a sample is a part of its last value.
func open(e *catalogue.Entry) bool {
	for p := range strings.Lines(e.Pattern) {
		p = strings.TrimRight(p, "\n")
		for _, end := range []string{":rest}", ":text}", ":name}", "{subject:name}"} {
			if strings.HasSuffix(p, end) {
				return true
			}
		}
	}
	return false
}

// What a sample must not survive: another message around it, a word of its own
// that is changed or missing. (Blanks, case, values and cuts: TestPerturbed.)
func TestForeign(t *testing.T) {
	for _, entry := range Entries() {
		for _, s := range entry.Samples {
			own := entryOf(s)
			if own == nil {
				t.Errorf("%q matches nothing", s)
				continue
			}
			if e := entryOf("it was said that " + s); e != nil {
				t.Errorf("text before: %q is %s%s", s, e.Event, e.Ignore)
			}
			if e := entryOf(strings.TrimRight(s, " .:") + " zyx wvu"); e != nil && !(e == own && open(own)) {
				t.Errorf("text behind: %q is %s%s", s, e.Event, e.Ignore)
			}
			if e := entryOf(s + s); e != nil && e != own { // "PublicKey :" may be taken for a function
				t.Errorf("twice: %q is %s%s", s, e.Event, e.Ignore)
			}
			for i := range len(s) {
				if !isLetter(s[i]) {
					continue
				}
				b := []byte(s)
				b[i] = '~'
				if e := entryOf(string(b)); e != nil && e != own {
					t.Errorf("letter lost: %q is %s%s, not %s%s", b, e.Event, e.Ignore, own.Event, own.Ignore)
				}
			}
			words := strings.Fields(s)
			for i := range words {
				less := strings.Join(append(append([]string{}, words[:i]...), words[i+1:]...), " ")
				if e := entryOf(less); e != nil && e != own && !remains[own.Event+own.Ignore+" > "+e.Event] {
					t.Errorf("word lost: %q is %s%s, not %s%s", less, e.Event, e.Ignore, own.Event, own.Ignore)
				}
			}
		}
	}
}

// remains are known messages that are left when a word of another is lost: the
// issuer of a token without the word "SAST".
var remains = map[string]bool{"said again by the lines that are kept > tvs_query_issuer": true}

func FuzzCatalogue(f *testing.F) { cataloguetest.Fuzz(f, book()) }
