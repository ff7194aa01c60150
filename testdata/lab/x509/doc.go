// Package x509 builds the certificates of the lab, DER by hand.
//
// In: a [Template]. Out: a [Certificate] whose bytes depend on the template
// alone. crypto/x509 can only create what it considers right; the lab needs
// serials of any sign and length, SHA-1 and MD5 signatures, keys of 1,024 bits
// and certificates of an exact size, so that trust lists made of them have the
// published lengths.
//
//	cert := x509.Template{
//		Serial:  []byte{0x2e, 0x3e, 0x1a, 0x7b, 0xda, 0xa6, 0x4d, 0x84},
//		Subject: x509.ParseName("CN=CUCM8-Publisher.bbbburns.lab;OU=TAC;O=Cisco"),
//		Key:     key, Digest: crypto.SHA1,
//		NotBefore: from, NotAfter: to,
//	}.Build()
//
// It deliberately checks nothing: a template that makes no sense gives a
// certificate that makes no sense. Only a size that cannot be reached panics.
package x509
