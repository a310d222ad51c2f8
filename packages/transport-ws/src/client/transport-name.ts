/** What is in the preface: peers on another transport are told both names. */
export const wsTransportName = 'ws/1'
