// Package cert reads X.509 certificates as they occur around IP phones, also
// those that Go's crypto/x509 refuses.
//
// In goes DER, with or without octets after it. Out comes a Certificate:
// names, serial number, validity, key, algorithm and hashes.
//
//	c, err := cert.Parse(der)
//	fmt.Println(c.Subject, c.Serial, c.KeyText) // CN=cucm;O=lab 0adc6e77 RSA 1024
//
// crypto/x509 is asked first; when it refuses the certificate its reason
// becomes Problem. The fields are always read by the tolerant reader of this
// package, so that a certificate that Go accepts and its sibling with an
// underscore in a PrintableString, a negative serial number or a doubled
// extension are printed alike. Phones accept such certificates, so an analyser
// of their trust must show them. Each tolerance is argued where it is made.
//
// Names are printed attribute by attribute in the order of the certificate,
// joined with ';' ("CN=cucm.example.com;OU=TAC;O=Cisco;C=US"). CUCM writes the
// names of its trust lists the same way but in the fixed order CN, OU, O, L,
// ST, C whatever the certificate says (measured on a genuine CUCM CTL file,
// whose CAPF certificate has the order C, O, OU, CN, ST, L) and without DC
// components: compare such names as sets, or better compare serial and hash.
//
// The package builds no chains, judges no validity and no strength. A
// certificate's own signature is checked only when asked, see CheckSignature.
package cert
