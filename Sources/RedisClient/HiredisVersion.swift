import CHiredis

/// The hiredis that the process was built with: the library does not tell its own.
package enum HiredisVersion {
    package static var text: String { "\(HIREDIS_MAJOR).\(HIREDIS_MINOR).\(HIREDIS_PATCH)" }
}
