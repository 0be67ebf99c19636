export default defineAppConfig({
  ui: {
    button: {
      slots: { base: 'cursor-pointer rounded-full font-semibold focus-visible:outline-2 focus-visible:outline-offset-2 focus-visible:outline-primary' },
      defaultVariants: { size: 'lg' },
    },
    formField: { defaultVariants: { size: 'xl' } },
    input: { defaultVariants: { size: 'xl' } },
    select: { defaultVariants: { size: 'xl' } },
    selectMenu: { defaultVariants: { size: 'xl' } },
    textarea: { defaultVariants: { size: 'xl' } },
    modal: {
      slots: { overlay: 'bg-inverted/30', title: 'font-heading text-xl' },
    },
  },
})
