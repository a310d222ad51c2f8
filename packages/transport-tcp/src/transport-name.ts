/** What is in the preface: peers on another transport are told both names. */
export const tcpTransportName = 'tcp/1'
