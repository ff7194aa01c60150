package gather_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"trustline/correlate"
	"trustline/correlate/evidence"
)

// pendingRelations are relations that are known not to hold yet, by "case: what".
// Each fails the test once it holds, so that the list stays true.
var pendingRelations = map[string]string{
	"d13-first-list: without show-itl.txt":            "no listing then shows the adopted signer to be the cluster's, which by the catalogue is a layer of protection lost",
	"d07-string-not-entered: 2 % of phone.pcap lost":  "without the configuration nothing says that a string is waited for",
	"d07-string-not-entered: 15 % of phone.pcap lost": "as with 2 %",
}

// relate runs a relation over every case, side by side. The relation reports what is
// wrong, by the name of the transformation.
func relate(t *testing.T, relation func(t *testing.T, c *aCase, say func(what, problem string))) {
	t.Helper()
	all, err := readCases()
	if err != nil || len(all) < 50 {
		t.Fatalf("%d cases, %v", len(all), err)
	}
	for _, c := range all {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			relation(t, c, func(what, problem string) {
				reason, known := pendingRelations[c.name+": "+what]
				switch {
				case problem != "" && !known:
					t.Errorf("%s: %s", what, problem)
				case problem == "" && known:
					t.Errorf("%s: holds now (it was pending: %s): take it off the list", what, reason)
				}
			})
		})
	}
}

// verdictOf finds a phone's verdict; a phone that nothing shows any more is unsettled.
func verdictOf(r *correlate.Report, name string) correlate.Verdict {
	for _, p := range r.Phones {
		if p.Name == name || len(r.Phones) == 1 && !strings.HasPrefix(p.Name, "SEP") {
			return p.Verdict
		}
	}
	return correlate.Verdict{Class: correlate.ClassInconclusive, Primary: "evidence-insufficient", Deletion: "open"}
}

// same compares what counts of two verdicts.
func same(base, got correlate.Verdict) string {
	if base.Class == got.Class && base.Primary == got.Primary && base.Confidence == got.Confidence && base.Deletion == got.Deletion {
		return ""
	}
	return fmt.Sprintf("%s, was %s", short(got), short(base))
}

func short(v correlate.Verdict) string {
	return fmt.Sprintf("%s %s (%s, deletion %s)", v.Class, v.Primary, v.Confidence, v.Deletion)
}

var harm = map[string]int{correlate.ClassOK: 0, correlate.ClassDegraded: 1, correlate.ClassRecoverable: 2, correlate.ClassLockedOut: 3}

// lessSure says what is wrong with the verdict from less evidence: it must be the same
// or inconclusive, never another sure one. A fault that only what is missing showed
// may go unseen; tell says whether a witness is left.
func lessSure(base correlate.Phone, got correlate.Verdict, tell func(base correlate.Phone) bool) string {
	was := base.Verdict
	switch {
	case got.Class == correlate.ClassLockedOut && was.Class != correlate.ClassLockedOut, got.Deletion == "allowed" && was.Deletion != "allowed":
		return short(got) + ", was " + short(was)
	case got.Class == correlate.ClassInconclusive:
		return ""
	case was.Class == correlate.ClassInconclusive && !slices.ContainsFunc(base.Findings, func(f correlate.Finding) bool { return f.ID == got.Primary }):
		return "surer with less: " + short(got) + ", was " + short(was)
	case was.Class == correlate.ClassInconclusive, got.Class == was.Class && named(base, got.Primary):
		return ""
	case harm[got.Class] > harm[was.Class]:
		return "worse: " + short(got) + ", was " + short(was)
	case harm[was.Class] >= harm[correlate.ClassRecoverable] && got.Class == correlate.ClassOK && tell(base):
		return "ok: " + short(got) + ", was " + short(was)
	}
	return ""
}

// named tells that a finding was made before.
func named(p correlate.Phone, id string) bool {
	return slices.ContainsFunc(p.Findings, func(f correlate.Finding) bool { return f.ID == id })
}

// witnesses counts the evidence of a phone's primary finding, by input.
func witnesses(p correlate.Phone) map[string]int {
	out := map[string]int{}
	for _, f := range p.Findings {
		if f.ID != p.Verdict.Primary {
			continue
		}
		for _, e := range p.Timeline {
			if slices.Contains(f.Evidence, e.ID) {
				out[e.Source.Input]++
			}
		}
	}
	return out
}

// Without an input the verdict is the same or less sure.
func TestWithoutAnInput(t *testing.T) {
	relate(t, func(t *testing.T, c *aCase, say func(what, problem string)) {
		for _, n := range c.files {
			r := correlate.Judge(c.merged(n), correlate.Options{})
			problem := ""
			for _, p := range c.report.Phones {
				left := func(base correlate.Phone) bool { // all that witnessed it, but for n
					w := witnesses(base)
					return w[n] == 0 && len(w) > 0
				}
				if s := lessSure(p, verdictOf(r, p.Name), left); s != "" {
					problem = p.Name + ": " + s
				}
			}
			say("without "+n, problem)
		}
	})
}

// The order of inputs and a second copy of one of them change nothing.
func TestOrderAndCopies(t *testing.T) {
	relate(t, func(t *testing.T, c *aCase, say func(what, problem string)) {
		want, err := json.Marshal(c.report)
		if err != nil {
			t.Fatal(err)
		}
		var list []*evidence.Bundle
		for _, i := range c.dice("order").Perm(len(c.files)) {
			list = append(list, c.bundles[c.files[i]])
		}
		got, err := json.Marshal(correlate.Judge(evidence.Merge(list...), correlate.Options{}))
		if err != nil {
			t.Fatal(err)
		}
		problem := ""
		if !bytes.Equal(want, got) {
			problem = "the report differs"
		}
		say("another order", problem)
		n := c.files[c.dice("copy").IntN(len(c.files))]
		r := correlate.Judge(evidence.Merge(c.merged(), decodeBytes("copy of "+n, c.data[n])), correlate.Options{})
		problem = ""
		for _, p := range c.report.Phones {
			if s := same(p.Verdict, verdictOf(r, p.Name)); s != "" {
				problem = s
			}
		}
		say("a copy of "+n, problem)
	})
}

// The clock of one source off by hours gives no other sure verdict. Facts and lists
// have no clock.
func TestClockOff(t *testing.T) {
	relate(t, func(t *testing.T, c *aCase, say func(what, problem string)) {
		for _, n := range c.files {
			if len(c.bundles[n].Events) == 0 {
				continue
			}
			hours := int64([]int{-7, -3, 2, 5, 8}[c.dice("clock "+n).IntN(5)])
			b := copyBundle(t, c.bundles[n], nil)
			shiftBundle(b, hours*3600+17)
			r := correlate.Judge(c.with(n, b), correlate.Options{})
			problem := ""
			for _, p := range c.report.Phones {
				if s := lessSure(p, verdictOf(r, p.Name), func(correlate.Phone) bool { return true }); s != "" {
					problem = fmt.Sprintf("%d h: %s", hours, s)
				}
			}
			say("clock of "+n, problem)
		}
	})
}

var addresses = regexp.MustCompile(`\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b`)

// moveAddresses gives every address another one, by a rule that keeps them apart and
// turns their order round.
func moveAddresses(text string) string {
	return addresses.ReplaceAllStringFunc(text, func(s string) string {
		var a [4]int
		if n, _ := fmt.Sscanf(s, "%d.%d.%d.%d", &a[0], &a[1], &a[2], &a[3]); n != 4 || a[0] == 0 || a[0] > 223 || a[3] > 255 {
			return s // a version, a mask, or none
		}
		return fmt.Sprintf("%d.%d.%d.%d", 223-a[0], 255-a[1], 255-a[2], 254-min(a[3], 253))
	})
}

// Other addresses, used everywhere, give the same verdict.
func TestOtherAddresses(t *testing.T) {
	relate(t, func(t *testing.T, c *aCase, say func(what, problem string)) {
		var list []*evidence.Bundle
		for _, n := range c.files {
			list = append(list, copyBundle(t, c.bundles[n], moveAddresses))
		}
		r := correlate.Judge(evidence.Merge(list...), correlate.Options{})
		problem := ""
		for _, p := range c.report.Phones {
			if s := same(p.Verdict, verdictOf(r, p.Name)); s != "" {
				problem = s
			}
		}
		say("other addresses", problem)
	})
}

var digests = regexp.MustCompile(`\b[0-9a-f]{32,}\b`)

// otherDigest is another hash, serial or identifier.
func otherDigest(s string) string {
	return string("89abcdef01234567"[strings.IndexByte("0123456789abcdef", s[0])]) + s[1:]
}

// stranger is another case as the evidence of another site: other phones, servers,
// addresses and keys. What an operator stated about it stays out.
func stranger(t testing.TB, c *aCase) []*evidence.Bundle {
	names := strings.NewReplacer("SEP0011215A1AE3", "SEP00AABBCCDD01", "SEP0011215A8861", "SEP00AABBCCDD02", "0011215A1AE3", "00AABBCCDD01", "0011215A8861", "00AABBCCDD02",
		"00:11:21:5a:1a:e3", "00:aa:bb:cc:dd:01", "00:11:21:5a:88:61", "00:aa:bb:cc:dd:02", "cucm-", "other-", "CUCM8-", "OTHER-")
	var out []*evidence.Bundle
	for _, n := range c.files {
		if len(c.bundles[n].Facts) > 0 || strings.HasPrefix(n, "held-") || strings.HasPrefix(n, "show-") {
			continue // belongs to whom the facts say, or to the whole case
		}
		out = append(out, copyBundle(t, decodeBytes("other-site-"+n, c.data[n]), func(s string) string {
			return digests.ReplaceAllStringFunc(moveAddresses(names.Replace(s)), otherDigest)
		}))
	}
	return out
}

// nameless tells that a log of the case names no phone: beside a second phone nobody
// knows whose it is.
func (c *aCase) nameless() bool {
	return slices.ContainsFunc(c.files, func(n string) bool {
		events := c.bundles[n].Events
		return len(events) > 0 && strings.HasPrefix(events[0].Dialect, "phone-") &&
			!slices.ContainsFunc(events, func(e evidence.Event) bool { return e.Phone != "" })
	})
}

// Another site's phone in the same run leaves a phone's verdict as it is. Where a log
// may be either phone's, it may be less sure.
func TestAnotherSite(t *testing.T) {
	all, err := readCases()
	if err != nil {
		t.Fatal(err)
	}
	relate(t, func(t *testing.T, c *aCase, say func(what, problem string)) {
		dice := c.dice("stranger")
		for range 2 {
			other := all[dice.IntN(len(all))]
			r := correlate.Judge(evidence.Merge(append(stranger(t, other), c.merged())...), correlate.Options{})
			problem := ""
			for _, p := range c.report.Phones {
				got := verdictOf(r, p.Name)
				s := same(p.Verdict, got)
				if c.nameless() {
					s = lessSure(p, got, func(correlate.Phone) bool { return true })
				}
				if s != "" {
					problem = s
				}
			}
			say("beside "+other.name, problem)
		}
	})
}

// Lost packets make a verdict less sure, and never another; nor does any row of a gate
// turn into its contrary.
func TestLostPackets(t *testing.T) {
	relate(t, func(t *testing.T, c *aCase, say func(what, problem string)) {
		for _, n := range c.captures() {
			head, frames := framesOf(c.data[n])
			for _, percent := range []int{2, 15} {
				dice := c.dice(fmt.Sprint("loss", percent, n))
				kept := slices.DeleteFunc(slices.Clone(frames), func([]byte) bool { return dice.IntN(100) < percent })
				r := correlate.Judge(c.with(n, decodeBytes(n, joinFrames(head, kept))), correlate.Options{})
				problem := ""
				for _, p := range c.report.Phones {
					left := func(base correlate.Phone) bool { // other inputs show it too
						w := witnesses(base)
						delete(w, n)
						return len(w) > 0
					}
					if s := lessSure(p, verdictOf(r, p.Name), left); s != "" {
						problem = s
					}
					for _, q := range r.Phones {
						if s := contrary(p, q); q.Name == p.Name && s != "" {
							problem = s
						}
					}
				}
				say(fmt.Sprintf("%d %% of %s lost", percent, n), problem)
			}
		}
	})
}

// A snap length makes a verdict less sure, and never another; nor does any row of a
// gate, or the comparison of the lists, turn into its contrary.
func TestSnapLength(t *testing.T) {
	relate(t, func(t *testing.T, c *aCase, say func(what, problem string)) {
		for _, n := range c.captures() {
			head, frames := framesOf(c.data[n])
			for _, length := range []int{60, 96, 200, 400} {
				kept := make([][]byte, len(frames))
				for i, f := range frames {
					kept[i] = snapped(f, len(head) == 24, length)
				}
				r := correlate.Judge(c.with(n, decodeBytes(n, joinFrames(head, kept))), correlate.Options{})
				problem := ""
				for _, p := range c.report.Phones {
					if s := lessSure(p, verdictOf(r, p.Name), func(correlate.Phone) bool { return false }); s != "" {
						problem = s
					}
					for _, q := range r.Phones {
						if s := contrary(p, q); q.Name == p.Name && s != "" {
							problem = s
						}
					}
				}
				say(fmt.Sprintf("%s cut to %d", n, length), problem)
			}
		}
	})
}

// contrary finds a row of the gate that speaks for one thing before and for the other
// after, and lists that are the same before and differ after.
func contrary(base, got correlate.Phone) string {
	for i, rows := range [][2][]correlate.GateRow{{base.Gate.ITL, got.Gate.ITL}, {base.Gate.CTL, got.Gate.CTL}} {
		for j, b := range rows[0] {
			if g := rows[1][j]; b.State == "proved" && g.State == "refuted" || b.State == "refuted" && g.State == "proved" {
				return fmt.Sprintf("gate %d, %s: %s (%s), was %s (%s)", i, b.Row, g.State, g.Because, b.State, b.Because)
			}
		}
	}
	for i, trust := range [][2]correlate.Trust{{base.Trust.ITL, got.Trust.ITL}, {base.Trust.CTL, got.Trust.CTL}} {
		if b, g := trust[0].Same, trust[1].Same; b != nil && g != nil && *b != *g {
			return fmt.Sprintf("trust %d: the lists are the same: %v, was %v", i, *g, *b)
		}
	}
	return ""
}

// snapped cuts the packet of a record of a capture, classic or NG (enhanced packet
// block), to a length.
func snapped(frame []byte, classic bool, length int) []byte {
	le := binary.LittleEndian
	if classic {
		n := min(int(le.Uint32(frame[8:])), length, len(frame)-16)
		out := bytes.Clone(frame[:16+n])
		le.PutUint32(out[8:], uint32(n))
		return out
	}
	if le.Uint32(frame) != 6 || len(frame) < 32 {
		return frame
	}
	n := min(int(le.Uint32(frame[20:])), length, len(frame)-32)
	out := append(bytes.Clone(frame[:28+n]), make([]byte, -n&3+4)...)
	le.PutUint32(out[4:], uint32(len(out)))
	le.PutUint32(out[20:], uint32(n))
	le.PutUint32(out[len(out)-4:], uint32(len(out)))
	return out
}

// A capture that is cut, before or after any frame, gives no ok by absence, and no
// lock-out that was none.
func TestCutCapture(t *testing.T) {
	relate(t, func(t *testing.T, c *aCase, say func(what, problem string)) {
		for _, n := range c.captures() {
			head, frames := framesOf(c.data[n])
			dice := c.dice("cut" + n)
			for i := range 4 {
				at := 1 + dice.IntN(max(len(frames)-1, 1))
				kept, what := frames[:at], "ends after frame"
				from, to := 1, at
				if i%2 == 1 {
					kept, what, from, to = frames[at:], "begins after frame", at+1, len(frames)
				}
				r := correlate.Judge(c.with(n, decodeBytes(n, joinFrames(head, kept))), correlate.Options{})
				problem := ""
				for _, p := range c.report.Phones {
					if s := cutProblem(p, verdictOf(r, p.Name), n, from, to); s != "" {
						problem = s
					}
				}
				say(fmt.Sprintf("%s %s %d", n, what, at), problem)
			}
		}
	})
}

// cutProblem: of a capture only the frames from..to are left.
func cutProblem(base correlate.Phone, got correlate.Verdict, capture string, from, to int) string {
	if got.Class == correlate.ClassLockedOut && base.Verdict.Class != correlate.ClassLockedOut || got.Deletion == "allowed" && base.Verdict.Deletion != "allowed" {
		return short(got) + ", was " + short(base.Verdict)
	}
	if got.Class != correlate.ClassOK || harm[base.Verdict.Class] < harm[correlate.ClassRecoverable] {
		return ""
	}
	for _, f := range base.Findings {
		for _, e := range base.Timeline {
			if f.ID != base.Verdict.Primary || e.Outcome != "fail" || !slices.Contains(f.Evidence, e.ID) {
				continue
			}
			frame := e.Source.Frame
			if e.Source.Input != capture || frame != nil && *frame >= from && *frame <= to {
				return "ok although a witness is left: " + short(got) + ", was " + short(base.Verdict)
			}
		}
	}
	return ""
}
