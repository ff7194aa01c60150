package correlate

import (
	"fmt"
	"math"
	"testing"
	"time"

	"trustline/correlate/evidence"
)

// line makes a log event at a time of day.
func line(input, dialect, event, at string, more ...func(*evidence.Event)) evidence.Event {
	var h, m, s int
	var frac string
	if _, err := fmt.Sscanf(at, "%d:%d:%d.%s", &h, &m, &s, &frac); err != nil {
		panic(err)
	}
	nanos := 0
	step := 1.0
	for i := range 9 {
		nanos *= 10
		if i < len(frac) {
			nanos += int(frac[i] - '0')
			step /= 10
		}
	}
	n := evidence.Event{Kind: "event", Dialect: dialect, Event: event, Text: at, Detail: map[string]string{},
		Place: evidence.Place{Input: input, Line: 1},
		Clock: &evidence.Clock{Seconds: int64(h*3600 + m*60 + s), Nanos: int32(nanos), Step: step, Text: at}}
	for _, f := range more {
		f(&n)
	}
	return n
}

func of(phone, address string) func(*evidence.Event) {
	return func(e *evidence.Event) { e.Phone, e.Address = phone, address }
}

func with(key, value string) func(*evidence.Event) {
	return func(e *evidence.Event) { e.Detail[key] = value }
}

func at(lineNo int) func(*evidence.Event) {
	return func(e *evidence.Event) { e.Place.Line = lineNo }
}

func bundle(events ...evidence.Event) *evidence.Bundle {
	b := &evidence.Bundle{Header: evidence.Header{Schema: evidence.Schema}, Events: events}
	seen := map[string]bool{}
	for i := range events {
		if e := &events[i]; !seen[e.Place.Input] {
			seen[e.Place.Input] = true
			b.Header.Inputs = append(b.Header.Inputs, evidence.Input{Name: e.Place.Input, Kind: e.Dialect})
		}
	}
	return b
}

// The lines are those of Cisco TechNote 116232; the interval was worked out by
// hand: asked 15:20:59.789738, heard 15:20:59.825648, handled by TVS between
// 15:21:02.010 and 15:21:02.011.
func TestOffsetFromRequestAndResponse(t *testing.T) {
	const p, ip = "SEP0011215A1AE3", "14.48.44.202"
	b := bundle(
		line("console", "phone-secd", "tvs_cert_auth_sent", "15:20:59.789738", of(p, ip)),
		line("console", "phone-secd", "tvs_cert_auth_response", "15:20:59.825648", of(p, ""), with("status", "0"), at(2)),
		line("tvs", "tvs-sdi", "tvs_tls_handshake_ok", "15:21:01.954", of("", ip)),
		line("tvs", "tvs-sdi", "tvs_cert_verification_req", "15:21:02.010", of("", ip), at(2)),
		line("tvs", "tvs-sdi", "tvs_cert_verification_res", "15:21:02.011", of("", ip), at(3)),
	)
	r := Judge(b, Options{})
	if len(r.Clocks) != 1 {
		t.Fatalf("%d clocks, want 1: %+v", len(r.Clocks), r.Clocks)
	}
	c := r.Clocks[0]
	if c.Source != "console" || c.Reference != "tvs" || math.Abs(c.OffsetLow-2.185352) > 1e-6 || math.Abs(c.OffsetHigh-2.220262) > 1e-6 {
		t.Errorf("clock %+v, want console + [2.185352, 2.220262] = tvs", c)
	}
	if len(c.Pairs) != 2 {
		t.Errorf("pairs %+v, want 2", c.Pairs)
	}
}

// Cisco TechNote 213407: connect and accept, and the handshake on both sides,
// agree within 9 ms at +11:27:05.94; the request lies half a second off, which
// must not throw the pair away.
func TestStrongPairsOutweighOrder(t *testing.T) {
	const p, ip = "SEPB000B4BA0AEE", "192.168.11.100"
	b := bundle(
		line("phone", "phone-secureapp", "tcp_connected", "06:33:59.396011", of(p, ip)),
		line("phone", "phone-secureapp", "tls_handshake_ok", "06:33:59.908586", of(p, ip), at(2)),
		line("phone", "phone-secureapp", "tvs_query_cert_request", "06:33:59.909322", of(p, ip), at(3)),
		line("phone", "phone-secureapp", "tvs_response", "06:33:59.913075", of(p, ip), at(4)),
		line("tvs", "tvs-sdi", "tvs_phone_connection", "18:01:05.334", of("", ip)),
		line("tvs", "tvs-sdi", "tvs_tls_handshake_ok", "18:01:05.855", of("", ip), at(2)),
		line("tvs", "tvs-sdi", "tvs_query_cert_req", "18:01:06.345", of("", ip), at(3)),
		line("tvs", "tvs-sdi", "tvs_query_cert_res", "18:01:06.346", of("", ip), at(4)),
	)
	c := Judge(b, Options{}).Clocks[0]
	const want = 11*3600 + 27*60 + 5.94
	if c.OffsetLow < want-0.02 || c.OffsetHigh > want+0.02 || c.OffsetLow > c.OffsetHigh {
		t.Errorf("offset [%.3f, %.3f], want about %.2f", c.OffsetLow, c.OffsetHigh, want)
	}
	if c.Note == "" {
		t.Error("the disagreement of the request is not reported")
	}
}

func TestWrapDay(t *testing.T) {
	for in, want := range map[int64]int64{0: 0, day - second: -second, -day + second: second, 3*day + 5: 5, halfDay: halfDay, -halfDay: halfDay} {
		if got := wrapDay(in); got != want {
			t.Errorf("wrapDay(%d) = %d, want %d", in, got, want)
		}
	}
}

// A log without a date fits two boots of a capture equally well, twelve hours
// apart; the stated zone says which is meant, and a zone that fits neither
// does not overrule the measurement.
func TestZoneSettlesLookAlikes(t *testing.T) {
	make := func() *evidence.Bundle {
		s := newScene()
		s.list("only", "itl", "aa01", "SAST aa01")
		s.transfer(0, "ITL"+phoneName+".tlv", "only")
		s.transfer(43200, "ITL"+phoneName+".tlv", "only")
		e := line("console", "phone-secd", "file_request", "22:13:19.990000", of(phoneName, ""), with("file", "ITL"+phoneName+".tlv"))
		s.b.Events = append(s.b.Events, e) // 1700000000 is 22:13:20 UTC
		return s.b
	}
	zone := func(h int) *time.Location { return time.FixedZone("x", h*3600) }
	at := func(z *time.Location) float64 {
		for _, c := range Judge(make(), Options{Zone: z}).Clocks {
			if c.Source == "console" {
				return c.OffsetHigh
			}
		}
		t.Fatal("no clock")
		return 0
	}
	if got := at(zone(0)); math.Abs(got-0.03) > 0.01 {
		t.Errorf("UTC: offset %v, want about 0.03", got)
	}
	if got := at(zone(12)); math.Abs(math.Abs(got)-43200) > 1 {
		t.Errorf("UTC+12: offset %v, want half a day", got)
	}
	if got := at(zone(5)); math.Abs(got) > 43201 {
		t.Errorf("a zone that fits nothing: offset %v", got)
	}
}
