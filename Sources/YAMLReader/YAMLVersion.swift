import CYAML

/// The libyaml that the process runs with.
package enum YAMLVersion {
    package static var text: String { unsafe String(cString: yaml_get_version_string()) }
}
