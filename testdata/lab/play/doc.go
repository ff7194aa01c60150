// Package play plays scenarios that are given as parameters, and writes them as
// the files of a support case.
//
// In: a [Plan]. Clusters with servers, a release, a mode and the history of their
// certificates; phones with the lists, the configuration and the certificate they
// hold; ports that do not answer; what the phones do and when; what is written and
// what is wrong with it. Out: a [Story]: every file's bytes, and the [Truth] about
// each phone.
//
//	s, err := play.Plan{
//		Name: "example",
//		Clusters: []play.Cluster{{Name: "a", Release: 91,
//			Nodes:   []play.Node{{Name: "cucm-a1", Address: "10.1.1.11", Runs: play.All}},
//			History: []play.Change{{At: night, Node: "cucm-a1", Service: play.CallManager}}}},
//		Phones: []play.Phone{{Name: "SEP0011215A1AE3", Address: "10.9.9.9", Model: "7970G", Era: play.SECD,
//			Home: "a", TFTP: []string{"10.1.1.11"}, Group: []string{"10.1.1.11"},
//			ITL: &play.Held{Cluster: "a", At: evening}, Events: []play.Event{{At: morning}}}},
//		Sources: play.Sources{PhoneCapture: "phone.pcap", Console: true, TVS: true},
//	}.Play()
//
// The way of a plan: certificates and lists of a moment follow from the history of
// the cluster (cluster.go); a station lives through its events (station.go, tvs.go,
// capf.go, register.go, web.go), asks package phone what it accepts, draws the
// packets, prints the console in the words of its firmware (secd.go, secureapp.go)
// and makes the servers write their traces (trace.go); render.go writes what the
// plan wants, damaged as it wants. One clock is true; every source has its offset.
//
// The same plan gives the same bytes. A plan of one phone takes a few milliseconds
// once keys and certificates are made, so that a test can play thousands.
//
// [Cases] are the plans of testdata/cases, [Bundle] a site's archive. [LogsOnly] and
// [CapturesOnly] give what a case is with half of its evidence.
//
// What the phone did is decided by the literal table of package phone and by the
// plan, never by the rules of an analyser, with which the lab shares no code. The
// package deliberately does not say what an analyser should find: that stands in
// the want.json of a case, written by hand from the README. Encrypted
// configurations, IPv6, DNS, Expressway and 802.1X are not played.
package play
