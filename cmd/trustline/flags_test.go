package main

import (
	"math"
	"slices"
	"testing"
	"time"
)

func TestPorts(t *testing.T) {
	for in, want := range map[string]ports{
		"443":               {443},
		"443,2445":          {443, 2445},
		" 443 , 8000-8002 ": {443, 8000, 8001, 8002},
		"5,5,4-6":           {5, 4, 6},
		"65535":             {65535},
		"":                  nil,
		"0":                 nil,
		"65536":             nil,
		"9-8":               nil,
		"1,,2":              nil,
		"-5":                nil,
		"https":             nil,
	} {
		var p ports
		err := p.Set(in)
		if (err != nil) != (want == nil) || err == nil && !slices.Equal(p, want) {
			t.Errorf("Set(%q) = %v, %v; want %v", in, p, err, want)
		}
	}
}

func TestParseOffset(t *testing.T) {
	for in, want := range map[string]float64{
		"0": 0, "-25200": -25200, "41225.94": 41225.94, "-7h": -25200, "1m30s": 90,
		"+11:27:05.94": 41225.94, "-07:00:00": -25200, "02:00": 7200, "-0:30": -1800,
	} {
		if got, ok := parseOffset(in); !ok || math.Abs(got-want) > 1e-6 {
			t.Errorf("parseOffset(%q) = %v, %v; want %v", in, got, ok, want)
		}
	}
	for _, in := range []string{"", "NaN", "inf", "1e300", "7 h", "1:60", "1:2:3:4", "1.5:00", "-", "+-5:00", "a:b"} {
		if got, ok := parseOffset(in); ok {
			t.Errorf("parseOffset(%q) = %v", in, got)
		}
	}
}

func TestParseClock(t *testing.T) {
	source, offset, err := parseClock("case.zip!/a=b.log=-7h")
	if err != nil || source != "case.zip!/a=b.log" || offset != -25200 {
		t.Errorf("got %q, %v, %v", source, offset, err)
	}
	for _, in := range []string{"", "x", "=5", "x=", "x=y"} {
		if _, _, err := parseClock(in); err == nil {
			t.Errorf("parseClock(%q) is no error", in)
		}
	}
}

func TestParseTime(t *testing.T) {
	rtp, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		in   string
		end  bool
		want string
	}{
		{"2011-07-28", false, "2011-07-28T04:00:00Z"},
		{"2011-07-28", true, "2011-07-29T03:59:59.999999999Z"},
		{"2011-11-06", true, "2011-11-07T04:59:59.999999999Z"}, // a day of 25 hours
		{"2011-07-28 09:13", true, "2011-07-28T13:13:00Z"},
		{"2011-07-28 09:13:17.5", false, "2011-07-28T13:13:17.5Z"},
		{"2011-07-28T09:13:17", false, "2011-07-28T13:13:17Z"},
		{"2011-07-28T09:13:17Z", false, "2011-07-28T09:13:17Z"},
		{"2011-07-28T09:13:17+02:00", false, "2011-07-28T07:13:17Z"},
	} {
		got, err := parseTime(tt.in, rtp, tt.end)
		if err != nil || got.UTC().Format(time.RFC3339Nano) != tt.want {
			t.Errorf("parseTime(%q, %v) = %v, %v; want %s", tt.in, tt.end, got, err, tt.want)
		}
	}
	for _, in := range []string{"yesterday", "09:13", "2011-02-30", "28.07.2011"} {
		if _, err := parseTime(in, rtp, false); err == nil {
			t.Errorf("parseTime(%q) is no error", in)
		}
	}
}

func TestParseZone(t *testing.T) {
	at := time.Date(2011, 7, 28, 12, 0, 0, 0, time.UTC)
	for in, want := range map[string]int{"": 0, "UTC": 0, "Europe/Berlin": 7200, "+02:00": 7200, "-0430": -16200, "+05": 18000} {
		z, err := parseZone(in)
		if err != nil {
			t.Error(err)
			continue
		}
		if _, got := at.In(z).Zone(); got != want {
			t.Errorf("parseZone(%q) is %d s, want %d", in, got, want)
		}
	}
	for _, in := range []string{"Mars", "../etc/passwd", "+2h"} {
		if _, err := parseZone(in); err == nil {
			t.Errorf("parseZone(%q) is no error", in)
		}
	}
}

// FuzzFlags: a value of a flag is understood or refused, and what is understood
// is within its bounds.
func FuzzFlags(f *testing.F) {
	for _, s := range []string{"443,8000-8010", "1-65535,1-65535", "5MB", "9999999GB", "2014-05-06T07:08:09Z", "2014-05-06", "-07:00:00", "1e308", "a.log=-7h", "Europe/Berlin", "../../etc/passwd", "+25:00", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var p ports
		if err := p.Set(s); err == nil && (len(p) == 0 || len(p) > math.MaxUint16) {
			t.Errorf("%d ports", len(p))
		}
		var n size
		if err := n.Set(s); err == nil && n <= 0 {
			t.Errorf("size %d", n)
		}
		zone, err := parseZone(s)
		if (zone == nil) == (err == nil) {
			t.Errorf("zone %v, %v", zone, err)
		}
		if at, err := parseTime(s, time.UTC, true); s != "" && (at == nil) == (err == nil) {
			t.Errorf("time %v, %v", at, err)
		}
		if offset, ok := parseOffset(s); ok && (math.IsNaN(offset) || math.IsInf(offset, 0)) {
			t.Errorf("offset %v", offset)
		}
		parseClock(s)
	})
}
