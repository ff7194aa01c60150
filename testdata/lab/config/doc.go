// Package config writes the configuration file of a phone, SEP<MAC>.cnf.xml.
//
// In: what the lab wants it to say ([Phone]). Out: XML with the elements of a
// 7900 phone, and the same in the signed form that a TFTP server hands to a
// phone with a trust list:
//
//	f := config.Signed("SEP0011215A1AE3.cnf.xml.sgn", p, callManager, at, 0)
//
// The elements are those of published files (usecallmanager.nz, SEP.cnf.xml).
// What has no bearing on trust is left at the values of a 7970 in the US.
// Encrypted files are deliberately not written.
package config
