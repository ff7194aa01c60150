package view

import (
	"testing"

	"trustline/correlate"
)

func TestTasks(t *testing.T) {
	r := &correlate.Report{Groups: []correlate.Group{
		{Cause: "a", Action: correlate.ActionNone, Phones: []string{"SEP3"}},
		{Cause: "b", Action: correlate.ActionServer, Phones: []string{"SEP2"}},
		{Cause: "c", Action: "dance", Phones: []string{"SEP9"}},
		{Cause: "d", Action: correlate.ActionServer, Phones: []string{"SEP1"}, Odd: []correlate.Odd{{Phone: "SEP1", Because: "differs"}}},
		{Cause: "e", Action: correlate.ActionTouch, Phones: []string{"SEP4"}},
	}}
	var got string
	for _, k := range Tasks(r) {
		got += k.Key + ": " + Names(k.Phones, 1) + "; "
	}
	if want := "touch: SEP4; server: SEP1, and 1 more; none: SEP3; dance: SEP9; "; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if o := Odds(r); len(o) != 1 || o[0].Phone != "SEP1" {
		t.Errorf("%+v", o)
	}
}

func TestExpiring(t *testing.T) {
	days := func(n int) *int { return &n }
	date := func(s string) *string { return &s }
	r := &correlate.Report{Cluster: correlate.Cluster{Certificates: []correlate.Certificate{
		{Subject: "CN=a;O=x", Status: "ok", ExpiresIn: days(1826), NotAfter: date("2030-01-01T00:00:00Z")},
		{Subject: "CN=b;O=x", Status: "ending", ExpiresIn: days(1), NotAfter: date("2025-01-03T00:00:00Z"), Roles: []string{"TVS"}},
		{Subject: "CN=c;O=x", Status: "expired", ExpiresIn: days(-2), NotAfter: date("2024-12-31T00:00:00Z")},
		{Subject: "CN=d;O=x", Status: "expired", ExpiresIn: days(0), NotAfter: date("2025-01-02T00:00:00Z")},
		{Subject: "CN=e;O=x", Status: "unknown"},
	}}}
	var got string
	for _, c := range Expiring(r) {
		got += CertName(c) + " " + Left(c) + "; "
	}
	if want := "c 2 days ago; d ended that day; b (TVS) in 1 day; "; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := Left(&r.Cluster.Certificates[0]); got != "5 years" {
		t.Error(got)
	}
}
