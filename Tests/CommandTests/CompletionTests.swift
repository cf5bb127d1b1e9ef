import Foundation
import Testing

/// The completions that the program prints, in the shells that they are for.
@Suite struct CompletionTests {
    private static func has(_ shell: String) -> Bool {
        FileManager.default.isExecutableFile(atPath: "/usr/bin/" + shell)
            || FileManager.default.isExecutableFile(atPath: "/bin/" + shell)
    }

    /// What the shell prints for this script, in a folder with the completions in `trine.<shell>`.
    private func run(_ shell: String, _ script: String) throws -> String {
        let stage = try Stage()
        defer { stage.clear() }
        try Data(script.utf8).write(to: stage.directory.appendingPathComponent("script"))
        let (output, errors, exit) = try stage.run(
            "trine --generate-completion-script \(shell) > trine.\(shell) && \(shell) script")
        #expect(exit == 0 && errors.isEmpty, "\(errors)")
        return output
    }

    @Test(.enabled(if: has("bash"), "no bash on this machine: its completions aren't tried"))
    func bashCompletes() throws {
        let output = try run(
            "bash",
            """
            bash -n trine.bash && source ./trine.bash
            offer() {
                COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
                COMPREPLY=(); _trine "$1" "${@: -1}" "${@: -2:1}"; echo "${COMPREPLY[@]}"
            }
            offer trine enterprise gra
            offer trine lender fetch --format ''
            offer trine enterprise import ./pass
            offer trine enterprise books --home ./docu
            """)
        #expect(
            output == """
                grant grants
                csv jsonl json
                ./passphrase
                ./documents

                """)
    }

    @Test(.enabled(if: has("fish"), "no fish on this machine: its completions aren't tried"))
    func fishCompletes() throws {
        let output = try run(
            "fish",
            """
            fish --no-config -n trine.fish; and source trine.fish
            function offer; complete -C $argv[1] | string replace -r '\\t.*' '' | sort | string join ' '; end
            offer 'trine enterprise gra'
            offer 'trine lender fetch --format '
            offer 'trine enterprise import ./pass'
            offer 'trine enterprise books --home ./docu'
            true
            """)
        #expect(
            output == """
                grant grants
                csv json jsonl
                ./passphrase
                ./documents/

                """)
    }

    /// In a terminal of its own, as a person types.
    @Test(.enabled(if: has("zsh"), "no zsh on this machine: its completions aren't tried"))
    func zshCompletes() throws {
        let output = try run(
            "zsh",
            """
            zsh -n trine.zsh && mkdir functions && cp trine.zsh functions/_trine || exit 1
            zmodload zsh/zpty
            zpty shell 'PS1= TERM=dumb zsh -f -i'
            zpty -w shell 'fpath=($PWD/functions $fpath); autoload -U compinit; compinit -u -D'
            zpty -w shell 'show() { print -r -- "<<$BUFFER>>"; zle kill-whole-line }; zle -N show'
            zpty -w shell 'bindkey "^X" show; print rea""dy'
            zpty -r -m shell answer '*ready*'
            offer() { zpty -w -n shell "$1"$'\\t\\x18'; zpty -r -m shell answer '*<<*>>*'
                print -r -- "${${answer##*<<}%%>>*}" }
            offer 'trine ent'
            offer 'trine enterprise boo'
            offer 'trine enterprise import ./pass'
            offer 'trine enterprise books --home ./docu'
            """)
        #expect(
            output == """
                trine enterprise \("")
                trine enterprise books \("")
                trine enterprise import ./passphrase \("")
                trine enterprise books --home ./documents/

                """)
    }
}
