// Package catalogue is the message catalogue of the log packages.
package catalogue
