// Package redact puts pseudonyms in place of what tells whose case it is: a
// *correlate.Report goes in, another one comes out, and the writers of package
// report never see the first.
//
//	out, pairs := redact.Report(r, redact.Options{Key: key})
//
// Replaced are IPv4 and IPv6 addresses, MAC addresses in every spelling, names
// of devices (SEP001122334455 as well as CSFjsmith), of hosts and domains, what
// certificates say of a person or an organisation, names of users, and on
// request serial numbers:
//
//	10.9.9.23            10.143.17.201            the same /24 stays the same /24
//	2001:db8:1::5        2e13:8c1f:...            the same /48 stays the same /48
//	SEP001122334455      SEP02A7C14F33D0          one device, one MAC address,
//	00:11:22:33:44:55    02:a7:c1:4f:33:d0        in all spellings
//	cucm-a1.example.com  host-5f0c21.domain-9a1e44.invalid
//	CN=cucm-a1;O=Acme    CN=host-5f0c21;O=org-c07d12
//
// A pseudonym depends on the key and on what it stands for, and on nothing else:
// two of one are equal where the originals are, in every field, over every
// output, and in another run with the same key. Without the key nobody can tell
// from a pseudonym what it stands for; so the key must not be made of what the
// report shows (hashes of inputs are in it).
//
// First everything that the model knows by name is collected, then every text of
// the report is searched for it, and for what looks like an address or name.
// Words of the product (CAPF, TVS, Cisco Manufacturing CA, a host called cucm)
// stay. So do times, frame numbers, hashes of lists and certificates, versions
// and models: without them the report would prove nothing.
//
// What it does not do: redact captures, evidence, or what a caller adds to a
// page of his own, as its title; find a name in prose that stands nowhere in a
// field or an address of its own. Secrets are no matter of this package, they are
// not in a report (package correlate/secret).
package redact
