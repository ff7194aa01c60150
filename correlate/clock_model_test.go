package correlate

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"trustline/correlate/evidence"
)

// dateLine makes a log event of a source that prints month and day only, as the
// Linux phones do: "Mar 09 18:32:40.161238".
func dateLine(input, event, at string, more ...func(*evidence.Event)) evidence.Event {
	t, err := time.Parse("Jan 02 15:04:05.000000", at)
	if err != nil {
		panic(err)
	}
	sec := int64(t.YearDay()-1)*86400 + int64(t.Hour()*3600+t.Minute()*60+t.Second()) // year 0 is a leap year
	if t.Month() > time.February {
		sec -= 86400
	}
	n := evidence.Event{Kind: "event", Dialect: "phone-secureapp", Event: event, Text: at, Detail: map[string]string{}, Phone: phoneName,
		Place: evidence.Place{Input: input, Line: 1},
		Clock: &evidence.Clock{NoYear: true, Seconds: sec, Nanos: int32(t.Nanosecond()), Step: 1e-6, Text: at}}
	for _, f := range more {
		f(&n)
	}
	return n
}

// epochAt is what phonelog makes of a date inside a record.
func epochAt(epoch, whose, ahead, fixes string) func(*evidence.Event) {
	return func(e *evidence.Event) {
		e.Event = "clock_epoch"
		e.Detail["epoch"], e.Detail["clock"], e.Detail["ahead"], e.Detail["from"] = epoch, whose, ahead, "a message"
		if fixes != "" {
			e.Detail["fixes"] = fixes
		}
	}
}

// add takes events of further inputs into the scene.
func (s *scene) add(events ...evidence.Event) {
	for _, e := range events {
		s.b.Events = append(s.b.Events, e)
		if !slices.ContainsFunc(s.b.Header.Inputs, func(in evidence.Input) bool { return in.Name == e.Place.Input }) {
			s.b.Header.Inputs = append(s.b.Header.Inputs, evidence.Input{Name: e.Place.Input, Kind: e.Dialect})
		}
	}
}

func inBoot(n int) func(*evidence.Event) {
	return func(e *evidence.Event) { e.Clock.Boot = n }
}

func daysOn(days int) func(*evidence.Event) {
	return func(e *evidence.Event) { e.Clock.Seconds += int64(days) * 86400 }
}

// timeOf gives the corrected time of the event at a line of an input.
func timeOf(t *testing.T, r *Report, input string, lineNo int) string {
	t.Helper()
	look := func(list []Entry) (string, bool) {
		for _, e := range list {
			if e.Source.Input == input && e.Source.Line != nil && *e.Source.Line == lineNo {
				return deref(e.Time), true
			}
		}
		return "", false
	}
	for _, p := range r.Phones {
		if at, ok := look(p.Timeline); ok {
			return at
		}
	}
	at, ok := look(r.Unassigned)
	if !ok {
		t.Fatalf("no line %d of %s in the report", lineNo, input)
	}
	return at
}

func wantTime(t *testing.T, r *Report, input string, lineNo int, want string) {
	t.Helper()
	got := timeOf(t, r, input, lineNo)
	if want == "" || got == "" {
		if got != want {
			t.Errorf("%s line %d is at %q, want %q", input, lineNo, got, want)
		}
		return
	}
	a, err1 := time.Parse(time.RFC3339Nano, got)
	b, err2 := time.Parse(time.RFC3339Nano, want)
	if err1 != nil || err2 != nil || a.Sub(b).Abs() > 60*time.Millisecond {
		t.Errorf("%s line %d is at %s, want %s", input, lineNo, got, want)
	}
}

func clockOfSource(t *testing.T, r *Report, source string, boot int) Clock {
	t.Helper()
	for _, c := range r.Clocks {
		if c.Source == source && c.Boot == boot {
			return c
		}
	}
	t.Fatalf("no clock of %s, boot %d: %+v", source, boot, r.Clocks)
	return Clock{}
}

// The healthy pair of Cisco TechNote 118699: the server lags seven hours behind
// the phone less 52 ms, and an HTTP answer dates both to 2014-09-30, UTC on the
// phone.
func TestServerDateDatesPhoneAndTrace(t *testing.T) {
	const p, ip = "SEP0026CBBDA45D", "10.106.111.121"
	b := bundle(
		line("console", "phone-secd", "tvs_cert_auth_sent", "11:04:15.219065", of(p, ip), with("bytes", "962")),
		line("console", "phone-secd", "tvs_cert_auth_response", "11:04:15.220060", of(p, ""), at(2)),
		line("console", "phone-secd", "", "11:04:15.296173", of(p, ""), epochAt("1412075055", "server", "0.296173", "date and zone"), at(3)),
		line("tvs", "tvs-sdi", "tvs_cert_verification_req", "04:04:15.271", of("", ip), with("len", "960")),
		line("tvs", "tvs-sdi", "tvs_cert_verification_res", "04:04:15.272", of("", ip), at(2)),
	)
	r := Judge(b, Options{})
	wantTime(t, r, "console", 1, "2014-09-30T11:04:15.219065Z")
	wantTime(t, r, "tvs", 1, "2014-09-30T11:04:15.219065Z")
	var notes string
	for _, c := range r.Clocks {
		if c.Source == "console" && c.Reference == "tvs" && math.Abs(c.OffsetLow+25200-0.052) > 0.001 {
			t.Errorf("console + [%f, %f] = tvs, want about -7 h + 0.052", c.OffsetLow, c.OffsetHigh)
		}
		notes += c.Source + ": " + c.Note + "\n"
	}
	if !strings.Contains(notes, "date and zone from line 3 (a message), by a server's clock; the zone to the quarter hour") {
		t.Errorf("whence the date comes is not told:\n%s", notes)
	}
}

// Cisco TechNote 214535: endDownloadCTL-time:1552156360720 is 2019-03-09
// 18:32:40.720 UTC. A phone set to UTC+1 would print an hour more.
func TestPhoneEpochIsExact(t *testing.T) {
	for hours, stamp := range []string{"Mar 09 18:32:40.722000", "Mar 09 19:32:40.722000"} {
		b := bundle(
			dateLine("log", "file_request", stamp, with("file", "CTL"+phoneName+".tlv")),
			dateLine("log", "", stamp, epochAt("1552156360.720", "phone", fmt.Sprintf("%d.002", hours*3600), "year and zone"), at(2)),
		)
		r := Judge(b, Options{})
		wantTime(t, r, "log", 1, "2019-03-09T18:32:40.720Z")
		c := clockOfSource(t, r, "log", 0)
		if c.OffsetHigh-c.OffsetLow > 0.0011 || math.Abs(c.OffsetLow+float64(hours*3600)+0.002) > 0.002 {
			t.Errorf("offset [%f, %f]", c.OffsetLow, c.OffsetHigh)
		}
		if !strings.Contains(c.Note, "year and zone from line 2") || !strings.Contains(c.Note, "the phone's own clock") {
			t.Errorf("note %q", c.Note)
		}
	}
}

// Without the detail fixes the record and the date contradict each other.
func TestEpochThatFixesNothing(t *testing.T) {
	b := bundle(
		dateLine("log", "file_request", "Mar 09 18:32:40.722000", with("file", "CTL"+phoneName+".tlv")),
		dateLine("log", "", "Mar 09 18:32:40.722000", epochAt("1562877438", "phone", "0", ""), at(2)),
	)
	wantTime(t, Judge(b, Options{}), "log", 1, "")
}

// measuredPhone is a capture of 2023-11-14 22:13:20 UTC with the console beside
// it, which prints local time of UTC+1.
func measuredPhone() *scene {
	s := newScene()
	s.list("only", "itl", "aa01", "SAST aa01")
	s.transfer(0, "ITL"+phoneName+".tlv", "only")
	s.add(
		dateLine("log", "file_request", "Nov 14 23:13:20.010000", with("file", "ITL"+phoneName+".tlv")),
		dateLine("log", "file_download_done", "Nov 14 23:13:20.030000", with("file", "ITL"+phoneName+".tlv"), with("bytes", "4000"), at(2)))
	return s
}

// A capture wins over what the phone says of the date, and the contradiction is
// told: this phone believes that it is 2106.
func TestMeasuredAnchorsWinOverEpoch(t *testing.T) {
	s := measuredPhone()
	s.add(dateLine("log", "", "Nov 14 23:13:21.000000", epochAt("4319214801", "phone", "0", "year and zone"), at(3)))
	k := newCase(evidence.Merge(s.b), Options{})
	n, ok := k.epochContradiction(k.byName[phoneName])
	if !ok || n.place.Line != 3 || k.epochError(n) < 80*365*86400 {
		t.Errorf("contradiction %v, %v", n, ok)
	}
	r := Judge(s.b, Options{})
	wantTime(t, r, "log", 1, "2023-11-14T22:13:20.00Z")
	c := clockOfSource(t, r, "log", 0)
	if !strings.Contains(c.Note, "line 3 (a message) contradicts this: by it the log is") || !strings.Contains(c.Note, "the missing year is taken from the reference") {
		t.Errorf("note %q", c.Note)
	}
}

// A server's date neither narrows nor moves what was measured, and agreeing
// dates are no contradiction.
func TestServerEpochNarrowsNothing(t *testing.T) {
	plain := clockOfSource(t, Judge(measuredPhone().b, Options{}), "log", 0)
	s := measuredPhone()
	s.add(dateLine("log", "", "Nov 14 23:13:21.000000", epochAt("1700000007", "server", "3594", "year and zone"), at(3)))
	with := clockOfSource(t, Judge(s.b, Options{}), "log", 0)
	if plain.OffsetLow != with.OffsetLow || plain.OffsetHigh != with.OffsetHigh || plain.Note != with.Note {
		t.Errorf("%+v became %+v", plain, with)
	}
	k := newCase(evidence.Merge(s.b), Options{})
	if n, ok := k.epochContradiction(k.byName[phoneName]); ok {
		t.Errorf("%q contradicts", n.e().Text)
	}
}

// A console without a date goes on over midnight: one offset, the next day.
func TestMidnight(t *testing.T) {
	s := newScene()
	s.list("only", "itl", "aa01", "SAST aa01")
	const file = "ITL" + phoneName + ".tlv"
	s.transfer(6390, file, "only") // 23:59:50 UTC
	s.transfer(6420, "CTL"+phoneName+".tlv", "")
	s.add(
		line("night", "phone-secd", "file_request", "23:59:50.010000", of(phoneName, ""), with("file", file)),
		line("night", "phone-secd", "file_download_done", "23:59:50.030000", of(phoneName, ""), with("file", file), at(2)),
		line("night", "phone-secd", "file_request", "00:00:20.010000", of(phoneName, ""), daysOn(1), with("file", "CTL"+phoneName+".tlv"), at(3)))
	r := Judge(s.b, Options{})
	wantTime(t, r, "night", 1, "2023-11-14T23:59:50.00Z")
	wantTime(t, r, "night", 3, "2023-11-15T00:00:20.00Z")
}

// Two captures that do not overlap and one log of both, pasted together: the
// time runs back, so the second part is a boot of its own, and a day later.
func TestJoinedCaptures(t *testing.T) {
	s := newScene()
	s.list("only", "itl", "aa01", "SAST aa01")
	const file = "ITL" + phoneName + ".tlv"
	s.transfer(0, file, "only")          // 22:13:20 on the 14th
	s.transfer(86400-7200, file, "only") // 20:13:20 on the 15th
	other := &s.b.Events[1]
	other.Place.Input, other.Transfer.End.Input = "cap2", ""
	s.b.Header.Inputs = append(s.b.Header.Inputs, evidence.Input{Name: "cap2", Kind: "pcap"})
	for i, at0 := range []string{"22:13:20.010000", "20:13:20.010000"} {
		s.add(
			line("joined", "phone-secd", "file_request", at0, of(phoneName, ""), with("file", file), inBoot(i), at(1+2*i)),
			line("joined", "phone-secd", "file_download_done", strings.Replace(at0, ".010", ".030", 1), of(phoneName, ""), with("file", file), inBoot(i), at(2+2*i)))
	}
	r := Judge(s.b, Options{})
	wantTime(t, r, "joined", 1, "2023-11-14T22:13:20.00Z")
	wantTime(t, r, "joined", 3, "2023-11-15T20:13:20.00Z")
}

// A phone that starts with another time after a reboot has an offset a boot.
func TestOffsetPerBoot(t *testing.T) {
	s := newScene()
	s.list("only", "itl", "aa01", "SAST aa01")
	const file = "ITL" + phoneName + ".tlv"
	for i, at0 := range []string{"22:13:20", "00:00:40"} {
		s.transfer(float64(i*1000), file, "only")
		s.add(
			line("boots", "phone-secd", "file_request", at0+".010000", of(phoneName, ""), with("file", file), inBoot(i), at(1+3*i)),
			line("boots", "phone-secd", "file_download_done", at0+".030000", of(phoneName, ""), with("file", file), inBoot(i), at(2+3*i)),
			line("boots", "phone-secd", "tvs_cert_verified", at0+".050000", of(phoneName, ""), inBoot(i), at(3+3*i)))
		s.tvs(float64(i*1000)+0.02, nodeA, "established", "bb01")
	}
	r := Judge(s.b, Options{})
	wantTime(t, r, "boots", 1, "2023-11-14T22:13:20.00Z")
	wantTime(t, r, "boots", 4, "2023-11-14T22:30:00.00Z")
}

// The clock of a phone is set by some seconds at every boot and keeps its zone:
// three boots that fetch the same files keep their order, although the capture
// lost a part of the second, so that it resembles the third more than itself.
func TestBootsThatLookAlike(t *testing.T) {
	s := newScene()
	s.list("only", "itl", "aa01", "SAST aa01")
	s.config("cfg", "aa01", nodeA)
	for i, b := range []struct {
		capture float64
		console string // four hours behind, and by some seconds
	}{{0, "18:13:20"}, {13500, "21:58:18"}, {16200, "22:43:23"}} {
		s.transfer(b.capture, ownITL, "only")
		if i != 1 {
			s.transfer(b.capture+0.2, ownConfig, "cfg")
		}
		s.add(
			line("boots", "phone-secd", "file_request", b.console+".001000", of(phoneName, ""), with("file", ownITL), inBoot(i), at(1+4*i)),
			line("boots", "phone-secd", "file_download_done", b.console+".021000", of(phoneName, ""), with("file", ownITL), inBoot(i), at(2+4*i)),
			line("boots", "phone-secd", "file_request", b.console+".201000", of(phoneName, ""), with("file", ownConfig), inBoot(i), at(3+4*i)),
			line("boots", "phone-secd", "file_download_done", b.console+".221000", of(phoneName, ""), with("file", ownConfig), inBoot(i), at(4+4*i)))
	}
	r := Judge(s.b, Options{})
	wantTime(t, r, "boots", 1, "2023-11-14T22:13:20.00Z")
	wantTime(t, r, "boots", 9, "2023-11-15T02:43:20.00Z")
	second, err := time.Parse(time.RFC3339Nano, timeOf(t, r, "boots", 5))
	if want := time.Date(2023, 11, 15, 1, 58, 20, 0, time.UTC); err != nil || second.Sub(want).Abs() > 10*time.Second {
		t.Errorf("the second boot is at %s, want about %s", second, want)
	}
}

// Two boots of one log cannot both explain the same packets: of the first boot the
// capture lost most, so that it resembles the second, whose clock is the one clock.
func TestBootsBesideEachOther(t *testing.T) {
	s := newScene()
	s.list("only", "itl", "aa01", "SAST aa01")
	s.config("cfg", "aa01", nodeA)
	s.transfer(13500, ownITL, "only")
	s.transfer(13500.2, ownConfig, "cfg")
	s.tvs(13501, nodeA, "established", "bb01")
	for i, console := range []string{"18:13:20", "21:58:20"} {
		s.add(
			line("boots", "phone-secd", "file_request", console+".001000", of(phoneName, ""), with("file", ownITL), inBoot(i), at(1+8*i)),
			line("boots", "phone-secd", "file_download_done", console+".021000", of(phoneName, ""), with("file", ownITL), inBoot(i), at(2+8*i)),
			line("boots", "phone-secd", "file_request", console+".201000", of(phoneName, ""), with("file", ownConfig), inBoot(i), at(3+8*i)),
			line("boots", "phone-secd", "file_download_done", console+".221000", of(phoneName, ""), with("file", ownConfig), inBoot(i), at(4+8*i)))
	}
	s.add(line("boots", "phone-secd", "tvs_cert_verified", "21:58:21.100000", of(phoneName, ""), inBoot(1), at(13)))
	r := Judge(s.b, Options{})
	wantTime(t, r, "boots", 9, "2023-11-15T01:58:20.00Z")
	wantTime(t, r, "boots", 1, "2023-11-14T22:13:20.00Z")
}

// Two boots that resemble the same packets alike: the one that is a zone away is
// meant. When neither is, none is taken.
func TestBootsAlike(t *testing.T) {
	for name, tt := range map[string]struct {
		consoles    [2]string
		first, last string
	}{
		"the last is a zone away":  {[2]string{"18:13:21", "21:58:20"}, "2023-11-14T22:13:21.00Z", "2023-11-15T01:58:20.00Z"},
		"the first is a zone away": {[2]string{"21:58:20", "23:13:21"}, "2023-11-15T01:58:20.00Z", "2023-11-15T03:13:21.00Z"},
		"none is":                  {[2]string{"18:07:11", "21:49:33"}, "", ""},
	} {
		s := newScene()
		s.list("only", "itl", "aa01", "SAST aa01")
		s.config("cfg", "aa01", nodeA)
		s.transfer(13500, ownITL, "only")
		s.transfer(13500.2, ownConfig, "cfg")
		for i, console := range tt.consoles {
			s.add(
				line("boots", "phone-secd", "file_request", console+".001000", of(phoneName, ""), with("file", ownITL), inBoot(i), at(1+4*i)),
				line("boots", "phone-secd", "file_download_done", console+".021000", of(phoneName, ""), with("file", ownITL), inBoot(i), at(2+4*i)),
				line("boots", "phone-secd", "file_request", console+".201000", of(phoneName, ""), with("file", ownConfig), inBoot(i), at(3+4*i)),
				line("boots", "phone-secd", "file_download_done", console+".221000", of(phoneName, ""), with("file", ownConfig), inBoot(i), at(4+4*i)))
		}
		r := Judge(s.b, Options{})
		t.Run(name, func(t *testing.T) {
			wantTime(t, r, "boots", 1, tt.first)
			wantTime(t, r, "boots", 5, tt.last)
		})
	}
}

// A stated zone places a log with month and day; its year is the one in which it
// lies nearest to a source that tells the year.
func TestYearNearTheCase(t *testing.T) {
	s := newScene()
	s.list("only", "itl", "aa01", "SAST aa01")
	s.transfer(0, "ITL"+phoneName+".tlv", "only")
	s.add(dateLine("log", "trust_list_updated", "Jan 03 10:00:00.000000"))
	wantTime(t, Judge(s.b, Options{}), "log", 1, "")
	r := Judge(s.b, Options{Zone: time.FixedZone("x", 3600)})
	wantTime(t, r, "log", 1, "2024-01-03T09:00:00Z")
	if c := clockOfSource(t, r, "log", 0); !strings.Contains(c.Note, "the missing year 2024 is the nearest to cap") {
		t.Errorf("note %q", c.Note)
	}
}

// What the archive told of the date stands beside the clock.
func TestDateFromHint(t *testing.T) {
	b := bundle(line("tvs", "tvs-sdi", "tvs_cert_not_found", "10:00:00.000", of("", phoneIP)))
	b.Events[0].Clock.Dated, b.Events[0].Clock.Local, b.Events[0].Clock.Seconds = true, true, 1700042400
	c := *b.Events[0].Clock
	b.Coverage = []evidence.Coverage{{Kind: "coverage", Input: "tvs", Service: "tvs-trace", From: &c, To: &c, Note: "phone x; date from the time of the file in its archive"}}
	r := Judge(b, Options{Zone: time.FixedZone("x", -5*3600)})
	wantTime(t, r, "tvs", 1, "2023-11-15T15:00:00Z")
	if c := clockOfSource(t, r, "tvs", 0); c.Note != "no pair: taken to be in the zone given by --tz; date from the time of the file in its archive" {
		t.Errorf("note %q", c.Note)
	}
}

// --clock replaces the measurement; what was measured against the source moves
// with it, and the date stays.
func TestGivenClock(t *testing.T) {
	const file = "ITL" + phoneName + ".tlv"
	s := newScene()
	s.list("only", "itl", "aa01", "SAST aa01")
	s.transfer(0, file, "only")
	s.add(
		line("log", "phone-secd", "file_request", "23:13:20.010000", of(phoneName, ""), with("file", file)),
		line("log", "phone-secd", "file_download_done", "23:13:20.030000", of(phoneName, ""), with("file", file), at(2)))
	for _, c := range []struct {
		given map[string]float64
		want  string
	}{
		{nil, "2023-11-14T22:13:20.00Z"},
		{map[string]float64{"log": -7200}, "2023-11-14T21:13:20.01Z"},
		{map[string]float64{"log": 7200}, "2023-11-15T01:13:20.01Z"},
		{map[string]float64{"cap": 60}, "2023-11-14T22:14:20.00Z"},
	} {
		r := Judge(s.b, Options{Clock: c.given})
		wantTime(t, r, "log", 1, c.want)
		for name := range c.given {
			ok := false
			for _, row := range r.Clocks {
				ok = ok || row.Source == name && strings.Contains(row.Note, "given by --clock") && math.Abs(row.OffsetLow-c.given[name]) < 1e-6
			}
			if !ok {
				t.Errorf("%v is not reported: %+v", c.given, r.Clocks)
			}
		}
	}
}

// A log that nothing pairs with gets the day of the capture once its offset is
// stated.
func TestGivenClockTakesTheDay(t *testing.T) {
	s := newScene()
	s.list("only", "itl", "aa01", "SAST aa01")
	s.transfer(0, "ITL"+phoneName+".tlv", "only")
	s.add(line("log", "phone-secd", "signature_ok", "02:13:21.000000", of(phoneName, "")))
	wantTime(t, Judge(s.b, Options{}), "log", 1, "")
	wantTime(t, Judge(s.b, Options{Clock: map[string]float64{"log": -4 * 3600}}), "log", 1, "2023-11-14T22:13:21Z")
}

// Two captures fit the log; the one that more events agree on places it, the
// other is reported and kept.
func TestContradictingCaptures(t *testing.T) {
	s := newScene()
	s.list("only", "itl", "aa01", "SAST aa01")
	for i, file := range []string{"CTL" + phoneName + ".tlv", "ITL" + phoneName + ".tlv", phoneName + ".cnf.xml.sgn"} {
		s.transfer(float64(i), file, "only")
		s.add(
			line("log", "phone-secd", "file_request", fmt.Sprintf("22:13:2%d.010000", i), of(phoneName, ""), with("file", file), at(1+2*i)),
			line("log", "phone-secd", "file_download_done", fmt.Sprintf("22:13:2%d.030000", i), of(phoneName, ""), with("file", file), at(2+2*i)))
	}
	s.transfer(7200, "ITL"+phoneName+".tlv", "only")
	e := &s.b.Events[len(s.b.Events)-1]
	e.Place.Input = "another"
	e.Transfer.End.Clock = s.clock(7200.001) // shorter, hence the narrower interval
	s.b.Header.Inputs = append(s.b.Header.Inputs, evidence.Input{Name: "another", Kind: "pcap"})
	r := Judge(s.b, Options{})
	wantTime(t, r, "log", 1, "2023-11-14T22:13:20.00Z")
	notes := ""
	for _, c := range r.Clocks {
		notes += c.Note + "\n"
	}
	if !strings.Contains(notes, "what pairs it with another contradicts its other pairs by 7") {
		t.Errorf("notes:\n%s", notes)
	}
}

// February 29th: a record on either side of it, and one on it.
func TestLeapDay(t *testing.T) {
	b := bundle(
		dateLine("log", "signature_ok", "Feb 28 10:00:00.000000"),
		dateLine("log", "signature_ok", "Feb 29 10:00:00.000000", at(2)),
		dateLine("log", "", "Mar 01 10:00:00.000000", epochAt("1709287200", "phone", "0", "year and zone"), at(3)),
	)
	b.Events[1].Clock.Seconds = 59*86400 + 36000 // counts as March 1st
	r := Judge(b, Options{})
	wantTime(t, r, "log", 1, "2024-02-28T10:00:00Z")
	wantTime(t, r, "log", 2, "2024-02-29T10:00:00Z")
	wantTime(t, r, "log", 3, "2024-03-01T10:00:00Z")
	b.Events[0], b.Events[2] = dateLine("log", "", "Feb 28 10:00:00.000000", epochAt("1709114400", "phone", "0", "year and zone")), dateLine("log", "signature_ok", "Mar 01 10:00:00.000000", at(3))
	r = Judge(b, Options{})
	wantTime(t, r, "log", 2, "2024-02-29T10:00:00Z")
	wantTime(t, r, "log", 3, "2024-03-01T10:00:00Z")
}

// Status messages show a time of day only: beside a log that prints the date
// they are of its day, not of January 1st.
func TestStatusBesideDatedLog(t *testing.T) {
	s := measuredPhone()
	s.add(line("log", "phone-status", "trust_list_updated", "23:13:22.0", of(phoneName, ""), at(4)))
	wantTime(t, Judge(s.b, Options{}), "log", 4, "2023-11-14T22:13:22.00Z")
}

// Sources that nothing pairs are not compared by their raw times.
func TestIslandsAreNotCompared(t *testing.T) {
	b := bundle(
		line("log", "phone-secd", "signature_ok", "10:00:00.000000", of(phoneName, phoneIP)),
		line("tvs", "tvs-sdi", "tvs_cert_not_found", "10:00:01.000", of("", phoneIP)),
	)
	k := newCase(evidence.Merge(b), Options{})
	p := k.byName[phoneName]
	if len(p.all) != 2 {
		t.Fatalf("%d entries", len(p.all))
	}
	if _, ok := p.all[0].at.sub(p.all[1].at); ok {
		t.Error("two clocks without any pair are compared")
	}
}
