// Package phone decides what the lab's phone accepts.
//
// In: the lists a phone holds, an object (a new list, a signed file, the
// certificate of a web server) and a way to ask TVS. Out: accepted or not, and
// every place that was searched, in order ([Decision]).
//
//	p := phone.Phone{ITL: old}
//	d := p.Judge(phone.NewITL, served.Signer, askTVS)
//
// The decision is a look-up in a literal table ([Table]) of states and objects,
// typed from the descriptions of Security By Default (Cisco TechNote 116232,
// Cisco Support Community DOC-18834). No rule is derived, so that the cases do
// not depend on the reasoning of the analyser, with which this package shares no
// code. Whether a signature is valid is not asked: the lab signs correctly.
package phone
